"""Routes of consent: the caller's own cameo or that of somebody they act for, its audiences, and taking back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from schemas.cameo import Facet
from schemas.consent import Audience, AudienceSet, Purpose, Strength
from serving.api.context import ActingCaller, ConsentCaller, PartsHere
from serving.api.routes.accounts import resolve
from serving.api.routes.terms import FACES
from serving.core.engines import HONOURS, OBLIGATIONS
from serving.core.scopes import is_group
from serving.handlers import consent, erasure
from serving.handlers.reading import require_any_power
from serving.judge.trying import RULE_MAX_CHARS, SENTENCE_MAX_CHARS, SENTENCES_MAX, classifier_version, try_rule, understanding

router = APIRouter(prefix="/v1/cameos/me", tags=["consent"])
kinds = APIRouter(prefix="/v1", tags=["consent"])
Region = Annotated[str, Field(pattern="^[A-Z]{2}$")]
GENERAL = "general"
"""How the nameless rule is called, wherever a rule is named: set, listed and removed by this name, it is one and the same."""
RuleName = Annotated[str, Field(max_length=40, examples=["faces"])]


class NewAudience(BaseModel):
    """Who may use the cameo without a grant of their own."""

    audience: Audience
    purposes: list[Purpose] = Field(default_factory=lambda: ["personal"], max_length=6)
    facets: list[Facet] = Field(default_factory=lambda: list(FACES), max_length=3)
    apps: list[Annotated[str, Field(max_length=80)]] | None = Field(
        None, min_length=1, max_length=20, description="through these apps alone; left out: any, and none"
    )
    regions: list[Region] | None = Field(None, min_length=1, max_length=250, description="in these regions alone; left out: any")
    remix: bool = Field(default=False, description="whether films may be made from films")


class NewRevocation(BaseModel):
    """What to take back, and how far it reaches: everything, or one scope."""

    strength: Strength
    account: str | None = Field(None, max_length=80, description="account id, @handle, app id or group id")
    purpose: Purpose | None = None
    facet: Facet | None = None


class Revoked(BaseModel):
    """The revocation is durable; from its position on nothing is permitted on what it withdrew."""

    position: int


class Erased(BaseModel):
    """The caller is forgotten: what was sealed is unreadable everywhere, and the record still verifies."""

    destroyed_key: str
    searched_files: int = Field(description="of the keyring's folder, for the wrapped keys that were destroyed; none was found")
    searched_bytes: int
    files_gone: int = Field(description="sealed recordings, assets and films that those keys opened")


class NewRule(BaseModel):
    """A rule in the owner's own words."""

    text: str = Field(max_length=2000, examples=["no politics", "고기 먹는 장면 금지"])


class Rule(BaseModel):
    """A rule and how it was understood; without categories every plan goes to the owner's review."""

    restriction: str
    categories: list[str]


class Trial(BaseModel):
    """A rule to try, before it is saved, on sentences that somebody might ask for."""

    text: str = Field(min_length=1, max_length=RULE_MAX_CHARS, examples=["no politics"])
    sentences: list[Annotated[str, Field(max_length=SENTENCE_MAX_CHARS)]] = Field(default_factory=list, max_length=SENTENCES_MAX)


class Tried(BaseModel):
    """What the rule would do to one sentence, and why."""

    sentence: str
    finding: Literal["allowed", "refused", "uncertain"]
    why: list[str]


class Understood(BaseModel):
    """How a rule is understood. What is not understood restricts all the same: every draft then comes to the owner's review."""

    categories: list[str]
    keywords: list[str]
    by_meaning: bool
    not_understood: bool
    tried: list[Tried]
    classifier: str


class NewPreference(BaseModel):
    """Something that is always applied."""

    text: str = Field(max_length=2000, examples=["always a gold necklace"])
    obligation: str = Field(max_length=40, pattern=r"^[a-z]+(\.[a-z_]+)*$", examples=["wear"])
    optional: bool = False


class Kind(BaseModel):
    """A kind of preference, and the engines that can honour it now."""

    obligation: str
    text: str
    ko: str
    engines: list[str]


class Preference(BaseModel):
    """A preference that was set."""

    preference: str


@router.get("")
def show_consent(parts: PartsHere, caller: ActingCaller) -> dict[str, Any]:
    """Show the cameo: status, audiences, grants, revocations, rules, preferences, as facts."""
    return parts.reader.consent(require_any_power(parts.desk, caller))


@router.delete("")
def erase(parts: PartsHere, caller: ConsentCaller, handle: Annotated[str, Query(max_length=80)]) -> Erased:
    """Be forgotten: everything is taken down, every key of yours destroyed, your handle and tokens removed.

    Say your own handle to confirm. It cannot be undone. Answers only once it was shown that the keys and files are gone.
    """
    gone = erasure.erase(parts.desk, parts.keyholder, parts.access, caller, handle, parts.overview.things(caller.account))
    proof = gone.proof
    return Erased(
        destroyed_key=gone.key_id, searched_files=proof.searched_files, searched_bytes=proof.searched_bytes, files_gone=proof.files_gone
    )


@router.put("/audience", status_code=204)
def set_audience(parts: PartsHere, caller: ActingCaller, body: NewAudience) -> None:
    """Say who may use the cameo without a grant, in general: the nameless rule."""
    consent.set_audience(parts.desk, caller, _rule("", body))


@router.put("/audiences/{rule}", status_code=204)
def set_audience_rule(parts: PartsHere, caller: ActingCaller, rule: RuleName, body: NewAudience) -> None:
    """Set one named rule beside the others (`general`: the nameless one); one of all rules must cover a whole use."""
    consent.set_audience(parts.desk, caller, _rule(_named(rule), body))


@router.delete("/audiences/{rule}", status_code=204)
def remove_audience_rule(parts: PartsHere, caller: ActingCaller, rule: RuleName) -> None:
    """Remove one rule; `general` is the nameless one."""
    consent.remove_audience(parts.desk, caller, _named(rule))


@router.get("/audiences")
def list_audiences(parts: PartsHere, caller: ActingCaller) -> list[dict[str, Any]]:
    """List the audience rules."""
    return parts.reader.audiences(require_any_power(parts.desk, caller))


@router.post("/revocations", status_code=201)
def revoke(parts: PartsHere, caller: ActingCaller, body: NewRevocation) -> Revoked:
    """Withdraw everything given so far: from everyone, or of one account, app, group, purpose or facet."""
    account = body.account
    if account is not None and not is_group(account):
        account = resolve(parts.access, account, "app")
    position = consent.revoke(parts.desk, caller, body.strength, account=account, purpose=body.purpose, facet=body.facet)
    return Revoked(position=position)


@router.put("/pause", status_code=204)
def pause(parts: PartsHere, caller: ActingCaller) -> None:
    """Pause everything: nothing starts and nothing is released, also of the owner's own, until it is resumed."""
    consent.pause(parts.desk, caller)


@router.delete("/pause", status_code=204)
def resume(parts: PartsHere, caller: ActingCaller) -> None:
    """End the pause."""
    consent.resume(parts.desk, caller)


@router.post("/restrictions", status_code=201)
def restrict(parts: PartsHere, caller: ActingCaller, body: NewRule) -> Rule:
    """Set a rule in one's own words."""
    restriction, categories = consent.restrict(parts.desk, caller, body.text)
    return Rule(restriction=restriction, categories=list(categories))


@router.post("/restrictions/try")
def try_restriction(caller: ConsentCaller, body: Trial) -> Understood:
    """Tell how a rule would be understood and what it would do to sentences. Nothing is saved."""
    del caller
    told, tried = understanding(body.text), try_rule(body.text, body.sentences)
    return Understood(
        categories=list(told.categories), keywords=list(told.keywords), by_meaning=told.by_meaning, not_understood=told.not_understood,
        tried=[Tried(sentence=one.sentence, finding=one.finding, why=list(one.why)) for one in tried],
        classifier=classifier_version(),
    )  # fmt: skip


@router.delete("/restrictions/{restriction}", status_code=204)
def lift_restriction(parts: PartsHere, caller: ActingCaller, restriction: str) -> None:
    """Remove a rule."""
    consent.lift_restriction(parts.desk, caller, restriction)


@router.post("/preferences", status_code=201)
def prefer(parts: PartsHere, caller: ActingCaller, body: NewPreference) -> Preference:
    """Set something that is always applied."""
    made = consent.prefer(parts.desk, caller, body.text, body.obligation, optional=body.optional)
    return Preference(preference=made)


@router.delete("/preferences/{preference}", status_code=204)
def drop_preference(parts: PartsHere, caller: ActingCaller, preference: str) -> None:
    """Remove a preference."""
    consent.drop_preference(parts.desk, caller, preference)


@kinds.get("/obligations")
def list_obligations(caller: ConsentCaller) -> list[Kind]:
    """List the kinds of preference, and which engines can honour each; one that is not optional stops every other engine."""
    del caller
    return [
        Kind(obligation=name, text=en, ko=ko, engines=sorted(engine for engine, honours in HONOURS.items() if name in honours))
        for name, (en, ko) in OBLIGATIONS.items()
    ]


def _named(rule: str) -> str:
    return "" if rule == GENERAL else rule


def _rule(name: str, body: NewAudience) -> AudienceSet:
    return AudienceSet(
        rule=name, audience=body.audience, purposes=tuple(dict.fromkeys(body.purposes)), facets=tuple(dict.fromkeys(body.facets)),
        apps=None if body.apps is None else tuple(body.apps), regions=None if body.regions is None else tuple(body.regions),
        remix=body.remix,
    )  # fmt: skip
