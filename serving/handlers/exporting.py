"""The command by which a person takes everything with them that is kept of them: own words, events, recordings, films, metadata.

What is left out, on purpose: what would help somebody pass as them (scores of checks, fingerprints and face templates, the distress
word), the contents of assets (cut from the recordings that are given), and what is about somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from schemas.ids import cameo_of
from serving.core.archive import Entry, LeftOut, Moment, json_bytes, json_line, zipped
from serving.errors import CommandError, ForbiddenError, UnavailableError
from serving.handlers import exported, step_up
from serving.handlers.apps import require_in_person
from serving.handlers.desk import Caller, Desk
from serving.handlers.exported import PersonalKeys
from serving.overview_ports import InvitationStore, Overview
from serving.ports import PERSON, AccessStore, ProofStore
from serving.verification_ports import Ask, VerificationBook

PAGE = 200
README = """What this installation keeps of you.

account.json        your account, handle, tokens (never their secrets), invitations, apps
consent.json        what you permit, as it stands; things.jsonl: the same of each pet and thing of yours
events/             every event of your account, cameo, things, apps, appeals, and of the films that you asked for; your words opened
receipts.jsonl      what you accepted, each a signed receipt
grants_given.jsonl  grants_received.jsonl  requests_sent.jsonl  requests_received.jsonl  powers.json  groups.json
questions_received.jsonl  questions_sent.jsonl   who asked whether it is still you, and whom you asked, until a day after it ran out
films.jsonl         every film that you asked for, or that shows you or a thing of yours: who asked, what for, what became of it
notifications.jsonl what you were told
recordings/         what you handed in as evidence, of you and of your things, and is not destroyed yet
films/              released films that you may see now, and drafts that wait for you
manifest.json       size and SHA-256 of every file, and what was left out and why

What is left out on purpose stands in manifest.json, under left_out_on_purpose.
"""
ON_PURPOSE: Final = {
    "scores of checks, fingerprints, face templates, the distress word": "they would help somebody pass as you, or watch you",
    "the likeness that films are made from": "cut from your recordings; its versions and sizes are events of your cameo",
    "tokens, codes, secrets of apps and of your authenticator": "you have them; here lie digests, or what is sealed",
    "digests of your devices and sessions, counters of how often you tried": "numbers that tell nobody anything",
    "what you call your things": "a keyed digest of it alone is kept",
    "a recording that is still on its way": "it is sealed, and goes with its challenge within minutes",
    "who follows or blocks you, groups that others keep, cases of the review desk but your appeals": "that is about somebody else",
    "a minor's recording in which you stand beside them": "it is the minor's",
    "what you did for somebody else, or as a reviewer or operator": "it stands in what is theirs",
}
"""What an export does not hold, and why."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where everything lies that is given."""

    desk: Desk
    access: AccessStore
    proofs: ProofStore
    keys: PersonalKeys
    reader: Any
    """serving.adapters.reading.Reading"""
    overview: Overview
    invitations: InvitationStore
    verifications: VerificationBook
    receipts: Callable[[], Iterable[dict[str, Any]]]
    """What the caller accepted, each signed."""


def export(shelf: Shelf, caller: Caller, now: Moment) -> Iterator[bytes]:
    """Give everything of the caller as a zip, piece by piece. At most one recording or film is in memory at a time.

    Asks for a fresh proof where the caller has that on, and for a token that may do everything a person may. Raises
    CommandError before the first piece; breaks off where the ledger or the keyholder go away: the zip is then none.
    """
    require_in_person(caller)
    missing = sorted(set(PERSON) - caller.scopes)
    if missing:
        raise ForbiddenError("scope.narrow", f"this gives everything, and your token lacks {', '.join(missing)}", "use your first token")
    if not step_up.require(shelf.desk, shelf.proofs, caller, ["export"]):  # nothing that looks like everything can be given
        raise UnavailableError("keyholder.unavailable", "the keyholder does not answer", "try again in a moment")
    left_out = LeftOut()
    about = {"account": caller.account, "cameo": cameo_of(caller.account), "made": "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*now)}
    about |= {"left_out_on_purpose": ON_PURPOSE}
    return zipped(_entries(shelf, caller.account, left_out), left_out, about, now)


def _entries(shelf: Shelf, account: str, left_out: LeftOut) -> Iterator[Entry]:
    store, keys, cameo = shelf.desk.store, shelf.keys, cameo_of(account)
    things = shelf.overview.things(account)
    cameos = [cameo, *things]
    own = _own_films(shelf, account, things)
    yield Entry("README.txt", (README.encode(),))
    yield Entry("account.json", (json_bytes(_account(shelf, account)),))
    yield Entry("consent.json", (json_bytes(_or_none(lambda: shelf.reader.consent(cameo))),))
    yield Entry("things.jsonl", (json_line(_thing(shelf, thing)) for thing in things))
    streams = {"account": [account], "cameo": cameos, "apps": [one.app for one in shelf.overview.apps(account)]}
    for name, named in (streams | {"films": [row["generation"] for row in own]}).items():
        yield Entry(f"events/{name}.jsonl", exported.events(store, keys, named, account))
    yield Entry("events/appeals.jsonl", exported.appeals(store, keys, cameos))
    yield Entry("receipts.jsonl", map(json_line, shelf.receipts()))
    yield Entry("powers.json", (json_bytes(shelf.reader.powers(account)),))
    yield Entry("groups.json", (json_bytes(_or_none(lambda: shelf.reader.groups(cameo))),))
    yield from _listings(shelf, account, cameos)
    yield from _questions(shelf, account)
    yield Entry("films.jsonl", map(json_line, own))
    yield from exported.recordings(store, keys, account, cameos, left_out)
    for row in own:
        yield from _film(keys, row, account, left_out)


def _film(keys: PersonalKeys, row: dict[str, Any], account: str, left_out: LeftOut) -> Iterator[Entry]:
    generation = row["generation"]
    match row.get("state"):
        case "released":
            yield from exported.opened(f"films/{generation}.mp4", partial(keys.film, generation, account), left_out)
        case "draft":
            yield from exported.opened(f"films/{generation}.draft.mp4", partial(keys.draft, generation, account), left_out)
        case _:
            pass


def _thing(shelf: Shelf, thing: str) -> dict[str, Any]:
    return {
        "thing": thing,
        "consent": _or_none(lambda: shelf.reader.consent(thing)),
        "groups": _or_none(lambda: shelf.reader.groups(thing)),
    }


def _listings(shelf: Shelf, account: str, cameos: Sequence[str]) -> Iterator[Entry]:
    reader, access = shelf.reader, shelf.access

    def of_each(listing: Callable[[str, str | None], dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for cameo in cameos:
            yield from _all(partial(listing, cameo))

    listings: dict[str, Iterable[dict[str, Any]]] = {
        "grants_given": of_each(lambda cameo, cursor: reader.grants(cameo, grantee=None, standing=False, limit=PAGE, cursor=cursor)),
        "grants_received": _all(lambda cursor: reader.received(account, limit=PAGE, cursor=cursor)),
        "requests_sent": _all(lambda cursor: reader.requests_sent(account, access, limit=PAGE, cursor=cursor)),
        "requests_received": of_each(lambda cameo, cursor: reader.requests_received(cameo, access, limit=PAGE, cursor=cursor)),
        "notifications": _all(lambda cursor: reader.notifications(account, limit=PAGE, cursor=cursor)),
    }
    for name, told in listings.items():
        yield Entry(f"{name}.jsonl", map(json_line, told))


def _questions(shelf: Shelf, account: str) -> Iterator[Entry]:
    """Tell who asked whether this is still the person, and whom they asked: not what the other side alone may know."""
    kept = shelf.verifications.kept_of(account)
    received = [
        _question(one) | {"by": one.party, "declined": one.declined, "answer": one.verification} for one in kept if one.owner == account
    ]
    sent = [_question(one) | {"to": cameo_of(one.owner), "nonce": one.nonce} for one in kept if one.party == account]
    yield Entry("questions_received.jsonl", map(json_line, received))
    yield Entry("questions_sent.jsonl", map(json_line, sent))


def _question(one: Ask) -> dict[str, Any]:
    times = {"asked_at": one.asked_at.isoformat(), "expires_at": one.expires_at.isoformat()}
    return {"ask": one.ask, "app": one.app, "audience": one.audience, "level": one.level, **times}


def _account(shelf: Shelf, account: str) -> dict[str, Any]:
    with shelf.desk.store.snapshot() as facts:
        known = {key: fact.value for key, fact in facts.scan(account, "")}
    return {
        "account": account,
        "cameo": cameo_of(account),
        "handle": shelf.access.handle_of(account),
        "facts": known,
        "recovery_codes_left": shelf.proofs.codes_left(account),
        "tokens": [
            {"token_id": one.token_id, "label": one.label, "scopes": sorted(one.scopes), "app": one.app, "made": one.created_at.isoformat()}
            for one in shelf.access.tokens_of(account)
        ],
        "invitations": [{"invitation": one.invitation, "redeemed": one.redeemed} for one in shelf.invitations.of(account)],
        "apps": [one._asdict() for one in shelf.overview.apps(account)],
    }


def _own_films(shelf: Shelf, account: str, things: Sequence[str]) -> list[dict[str, Any]]:
    """List the films that the account asked for, or that show it or a thing of its; rows of ids and codes, some hundred bytes each."""
    return list(
        _all(
            lambda cursor: shelf.reader.search(
                subject=None, creator=None, since_us=None, generation=None, limit=PAGE, cursor=cursor, visible_to=account, things=things
            )
        )
    )


def _all(listing: Callable[[str | None], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        page = listing(cursor)
        yield from page["items"]
        cursor = page.get("next")
        if cursor is None:
            return


def _or_none(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except CommandError:
        return None
