"""The people, cameos, apps and groups of one history, and the events that bring them about. Does not say what is permitted.

Ids are counted, not drawn, so that a history replayed for shrinking is the same but for a number that nobody compares.
"""

from __future__ import annotations

from random import Random

from schemas import account, cameo, consent, operation
from schemas.ids import cameo_of
from schemas.registry import Event

HOUR_US = 3_600_000_000
ENGINE = "trivial"
OBLIGATION = "visible_mark"
PURPOSES: tuple[consent.Purpose, ...] = ("personal", "parody", "advertising", "political", "education", "training")
USUAL: tuple[consent.Purpose, ...] = ("personal", "parody", "education")
FACETS: tuple[cameo.Facet, ...] = ("face", "voice", "body")
SEALED_FACETS: tuple[cameo.Facet, ...] = ("face", "voice")
STRENGTHS: tuple[consent.Strength, ...] = ("no_new_uses", "stop", "take_down")
REGIONS = ("KR", "DE", "US")

OWNERS = (0, 1, 2)
"""Their cameos are active and have assets; the other numbers ask."""
REQUESTERS = (3, 4, 5, 11, 12)
MINOR, DEAD, CLOSED, SANDBOX, INACTIVE = 6, 7, 8, 9, 10
ACCOUNTS = 13

Told = tuple[str, Event]


class Cast:
    """Names of one history. `number` makes them its own."""

    def __init__(self, number: int) -> None:
        self._number, self._drawn = number, 0
        self.accounts = [self._name("account", at) for at in range(ACCOUNTS)]
        self.apps = [self._name("app", at) for at in range(2)]
        self.cameos = {at: cameo_of(self.accounts[at]) for at in (*OWNERS, MINOR, SANDBOX, INACTIVE)}
        self.owned = [self.cameos[at] for at in OWNERS]
        self.groups = {one: f"group-{number:016x}{at:016x}" for at, one in enumerate(self.cameos.values())}
        self.generations: list[str] = []
        self.grants: dict[str, list[consent.GrantGiven]] = {one: [] for one in self.cameos.values()}

    def _name(self, kind: str, at: int) -> str:
        return f"{kind}-{self._number:016x}{at:016x}"

    def new(self, kind: str) -> str:
        """Name something new, in order."""
        self._drawn += 1
        return self._name(kind, self._drawn)

    @property
    def requesters(self) -> list[str]:
        """Those against whom nothing speaks at first."""
        return [self.accounts[at] for at in (*REQUESTERS, *OWNERS)]

    def owner_of(self, one: str) -> str:
        """Tell whose cameo it is."""
        return next(self.accounts[at] for at, mine in self.cameos.items() if mine == one)

    def given(self, one: str, grantee: str, **terms: object) -> Told:
        """Give a grant of a cameo; unlimited but for the terms named."""
        free = {
            "purposes": USUAL, "facets": FACETS, "from_us": None, "until_us": None, "uses": None, "review": False,
            "remix": True, "pass_on": False,
        }  # fmt: skip
        grant = consent.GrantGiven(grant=self.new("grant"), grantee=grantee, **(free | terms))  # type: ignore[arg-type]
        self.grants[one].append(grant)
        return one, grant

    def opening(self, chance: Random, now_us: int) -> list[Told]:
        """Register everybody, enrol the cameos, and let some people in by every way there is."""
        return [*self._registered(chance, now_us), *self._enrolled(chance, now_us), *self._let_in(chance, now_us)]

    def _registered(self, chance: Random, now_us: int) -> list[Told]:
        told: list[Told] = []
        for at, one in enumerate(self.accounts):
            region = "ZZ" if at == CLOSED else REGIONS[at % len(REGIONS)]
            told.append((one, account.AccountRegistered(region=region, locale="ko-KR", minor=at == MINOR)))
            if at % 2:
                told.append((one, account.AccountInvited(invitation=self.new("invitation"), by=self.accounts[0])))
            if at % 3:
                told.append((one, self.plan(chance, now_us)))
        told += [(one, operation.AppRegistered(name="studio", owner=self.accounts[0])) for one in self.apps]
        return [*told, (self.accounts[DEAD], account.AccountDied())]

    def plan(self, chance: Random, now_us: int) -> account.PlanSet:
        """Draw a plan that runs now."""
        return account.PlanSet(
            plan="basic", quota=self.new("quota"), uses=chance.choice((None, 2, 5)), duration_ms=chance.choice((None, 3000, 20_000)),
            from_us=now_us - HOUR_US, until_us=chance.choice((None, now_us + 5 * HOUR_US)),
        )  # fmt: skip

    def _enrolled(self, chance: Random, now_us: int) -> list[Told]:
        told: list[Told] = []
        for at, one in self.cameos.items():
            begun = cameo.EnrolmentStarted(
                enrolment=f"e{at}", owner=self.accounts[at], profile="basic", phrase=("one", "two"), movements=("left", "up"),
                expires_at_us=now_us + HOUR_US, consent_text_version="1", consent_text_sha256="0" * 64,
            )  # fmt: skip
            told.append((one, begun))
        for at, one in self.cameos.items():
            if at != INACTIVE:
                assurance: cameo.Profile = "sandbox" if at == SANDBOX else "basic"
                told.append((one, cameo.EnrolmentActivated(enrolment=f"e{at}", assurance=assurance)))
        if chance.random() < 0.5:
            told.append((self.cameos[INACTIVE], cameo.EnrolmentActivated(enrolment="e", assurance="basic")))
            told.append((self.cameos[INACTIVE], cameo.SubjectKeyDestroyed(key_id="k")))
        return told

    def _let_in(self, chance: Random, now_us: int) -> list[Told]:
        open_to_all, granted, mutual = self.owned
        dan, eve, fay, joe, passer = (self.accounts[at] for at in REQUESTERS)
        owner = self.accounts[OWNERS[2]]
        every: tuple[consent.Purpose, ...] = (*USUAL, "advertising")
        told: list[Told] = [
            (open_to_all, consent.AudienceSet(audience="everyone", purposes=every, facets=FACETS, remix=True)),
            (mutual, consent.AudienceSet(audience="mutuals", purposes=USUAL, facets=FACETS, remix=chance.random() < 0.7)),
            (mutual, consent.AudienceSet(audience="everyone", purposes=("advertising",), facets=FACETS, rule="work",
                                         apps=(self.apps[0],), regions=chance.choice((None, ("KR", "DE"))))),
            *((who, account.AccountFollowed(account=owner)) for who in (dan, fay)),
            *((owner, account.AccountFollowed(account=who)) for who in (dan, fay)),
            (granted, consent.GroupNamed(group=self.groups[granted], active=True)),
            *((granted, consent.GroupMemberAdded(group=self.groups[granted], account=who)) for who in (eve, joe)),
            self.given(granted, self.groups[granted], uses=chance.choice((None, 2)), review=chance.random() < 0.3),
            self.given(granted, dan, duration_ms=chance.choice((None, 2500)), until_us=chance.choice((None, now_us + 3 * HOUR_US))),
            self.given(granted, self.apps[1], uses=chance.choice((None, 3))),
            self.given(mutual, joe, review=True),
            self.given(self.cameos[MINOR], dan), self.given(self.cameos[INACTIVE], dan), self.given(self.cameos[SANDBOX], dan),
        ]  # fmt: skip
        passed = self.given(granted, passer, pass_on=True, uses=chance.choice((None, 4)))
        given = passed[1]
        assert isinstance(given, consent.GrantGiven)
        return [*told, passed, (granted, consent.GrantPassedOn(grant=given.grant, by=passer, to=fay))]
