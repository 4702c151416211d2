"""One attempt over fakes: what it asks, in which order, and what it reports of every way to end."""

import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from identity.keys.errors import KeyholderRefusedError, KeyholderUnavailableError
from identity.keys.wire import OpenAnswer, ReleaseAnswer
from policy.errors import PolicyUnavailableError, StaleViewError
from policy.fakes import InMemoryFacts
from policy.ports import Answer
from schemas import account, cameo, consent, generation, operation
from serving.core.attempt import AttemptRequest
from serving.core.generation import transient
from serving.replica.attempt import Attempt
from serving.replica.frames import Done, Failed, Ready, Step
from serving.replica.lookout import Lookout, wall_us
from serving.replica.offspring import ChildFailedError

OWNER, ASKER = "account-" + "a" * 32, "account-" + "b" * 32
CAMEO, GENERATION = "cameo-" + "c" * 32, "generation-" + "d" * 32
HOUR_US = 3_600_000_000


@dataclass(frozen=True)
class Freshness:
    beat_time_us: int
    log_index: int = 41
    age_us: int = 7_000


class View(InMemoryFacts):
    """A view that is as fresh as it is told to be."""

    def __init__(self, history):
        super().__init__(history)
        self.code: str | None = None
        self.beat_us = HOUR_US

    def freshness(self, now_wall_us, now_mono_us):
        del now_wall_us, now_mono_us
        if self.code is not None:
            raise StaleViewError(self.code, "told so")
        return Freshness(self.beat_us)

    @contextmanager
    def reading(self):
        yield self

    def consent_revision(self, stream):
        head = self.head(stream)
        return 0 if head is None else head.consent_revision


def answer(*unmet: str) -> Answer:
    return Answer(
        permit=not unmet,
        unmet=unmet,
        obligations=(),
        basis={},
        review=(),
        not_after_us=None,
        bundle_sha256="9" * 64,
    )


@dataclass
class Policy:
    """Answers by action, looking at the view; refuses what was revoked with stop."""

    asked: list[str] = field(default_factory=list)
    unmet: dict[str, tuple[str, ...]] = field(default_factory=dict)
    silent: bool = False

    def evaluate(self, question):
        self.asked.append(question["action"])
        if self.silent:
            raise PolicyUnavailableError("silent")
        if question["cameos"][0]["revoked"]["stop"]:
            return answer("consent.stopped")
        return answer(*self.unmet.get(question["action"], ()))


@dataclass
class Keyholder:
    """Opens and releases as scripted; opening writes `started` into the view, as the relay would."""

    view: View
    opens: list[object] = field(default_factory=lambda: ["opened"])
    releases: list[object] = field(default_factory=lambda: ["released"])
    not_after_us: int | None = None
    calls: list[str] = field(default_factory=list)

    def open(self, ask):
        self.calls.append("open")
        scripted = self.opens.pop(0)
        if isinstance(scripted, Exception):
            raise scripted
        if scripted != "opened":
            return scripted
        holding = {CAMEO: self.view.consent_revision(CAMEO), OWNER: 1, ASKER: 1}
        self.view.append(
            GENERATION,
            generation.GenerationStarted(
                attempt=ask.attempt,
                decision="d",
                public_key=ask.public_key,
                holding=holding,
                not_after_us=None,
                uses=(),
                assets=(),
            ),
        )
        return OpenAnswer(outcome="opened", package=b"sealed", holding=holding, not_after_us=self.not_after_us)

    def release(self, ask):
        del ask
        self.calls.append("release")
        scripted = self.releases.pop(0)
        if isinstance(scripted, Exception):
            raise scripted
        return ReleaseAnswer(outcome=scripted) if isinstance(scripted, str) else scripted


@dataclass
class Child:
    """Says its frames one glance at a time; `meanwhile` happens at the second glance."""

    path: str
    frames: list[object] | None = None
    meanwhile: Callable[[], None] | None = None
    begun: bool = False
    glances: int = 0
    gone_at_us: int = 0

    def ready(self, timeout_s):
        del timeout_s
        return Ready("ab" * 32, "trivial", "1", ("visible_mark",))

    def begin(self, package):
        assert package == b"sealed"
        self.begun = True

    def beat(self):
        return None

    def take(self, wait_s):
        time.sleep(min(wait_s, 0.001))
        if not self.begun:
            return []
        self.glances += 1
        if self.glances == 2 and self.meanwhile is not None:
            self.meanwhile()
        if self.frames is None:
            return []
        return [self.frames.pop(0)] if self.frames else []

    def kill(self):
        self.gone_at_us = self.gone_at_us or wall_us()
        return self.gone_at_us


@dataclass
class Stage:
    view: View
    policy: Policy
    keyholder: Keyholder
    child: Child
    told: list[int] = field(default_factory=list)
    lease_until_us: int = field(default_factory=lambda: wall_us() + 20_000_000)

    def run(self):
        request = AttemptRequest(generation=GENERATION, attempt=1, lease_until_us=self.lease_until_us, leased_at_us=HOUR_US)
        made = Attempt(request, "serve/trivial", Lookout(self.view, request), self.policy, self.keyholder, self.child, self.told.append)
        return made.run()


@pytest.fixture
def stage(tmp_path):
    view = View(
        [
            (OWNER, account.AccountRegistered(region="kr", locale="ko", minor=False)),
            (ASKER, account.AccountRegistered(region="kr", locale="ko", minor=False)),
            ("policy-main", operation.BundleActivated(bundle_sha256="9" * 64, label="test")),
            (
                CAMEO,
                cameo.EnrolmentStarted(
                    enrolment="e",
                    owner=OWNER,
                    profile="basic",
                    phrase=(),
                    movements=(),
                    expires_at_us=1,
                    consent_text_version="1",
                    consent_text_sha256="0" * 64,
                ),
            ),
            (
                GENERATION,
                generation.GenerationRequested(
                    requester=ASKER,
                    app=None,
                    cameos=(generation.CameoUse(cameo=CAMEO, facets=("face",)),),
                    purpose="personal",
                    plan_digest="0" * 64,
                    engine="trivial",
                    width_px=512,
                    height_px=512,
                    duration_ms=1000,
                ),
            ),
            (GENERATION, generation.AttemptLeased(attempt=1, replica="serve/trivial", lease_until_us=1)),
        ]
    )
    film = tmp_path / "film"
    film.write_bytes(b"sealed film")
    child = Child(str(film), [Step(500), Done(str(film), "1" * 64)])
    return Stage(view, Policy(), Keyholder(view), child)


def revoke(stage):
    stage.view.append(CAMEO, consent.ConsentRevoked(account=None, strength="stop"))


def test_an_attempt_asks_before_it_opens_and_again_before_it_releases(stage):
    report = stage.run()
    assert (report.outcome, report.codes) == ("released", ())
    assert stage.keyholder.calls == ["open", "release"]
    assert stage.policy.asked[0] == "start"
    assert stage.policy.asked[-1] == "release"
    assert stage.told == [500]
    assert {"view", "policy", "open", "release", "render"} <= report.timings_us.keys()


def test_a_refusal_on_the_view_never_reaches_the_keyholder_and_carries_its_decision(stage):
    stage.policy.unmet["start"] = ("consent.required",)
    report = stage.run()
    assert (report.outcome, report.codes, report.reported_by) == ("refused", ("consent.required",), "replica")
    assert stage.keyholder.calls == []
    assert report.decision is not None
    assert report.decision.input["generation"]["generation"] == GENERATION
    assert (report.decision.log_index, report.decision.age_us) == (41, 7_000)
    assert not stage.child.begun


def test_a_view_that_does_not_hold_what_is_asked_for_ends_the_attempt_and_not_the_generation(stage, monkeypatch):
    def elsewhere(stream, key):
        raise StaleViewError("feed.shard", f"{stream} {key}")

    monkeypatch.setattr(stage.view, "get", elsewhere)
    report = stage.run()
    assert (report.outcome, report.codes) == ("lost", ("feed.shard",))
    assert transient(report.codes)
    assert stage.keyholder.calls == []


def test_a_view_that_has_not_seen_what_came_before_the_lease_refuses_nobody(stage):
    stage.view.beat_us = HOUR_US - 1
    stage.policy.unmet["start"] = ("consent.required",)
    report = stage.run()
    assert (report.outcome, report.codes) == ("lost", ("feed.missing",))


@pytest.mark.parametrize("code", ["feed.stale", "feed.gap", "feed.ahead", "feed.epoch", "feed.missing", "feed.full", "feed.rewound"])
def test_a_view_that_cannot_be_trusted_ends_the_attempt_with_its_code(stage, code):
    stage.view.code = code
    report = stage.run()
    assert (report.outcome, report.codes) == ("lost", (code,))
    assert stage.keyholder.calls == []


def test_what_changed_under_the_keyholder_is_decided_again(stage):
    stage.keyholder.opens = [OpenAnswer(outcome="changed"), "opened"]
    assert stage.run().outcome == "released"
    assert stage.keyholder.calls == ["open", "open", "release"]


def test_an_attempt_that_never_settles_is_contended(stage):
    stage.keyholder.opens = [OpenAnswer(outcome="changed")] * 3
    report = stage.run()
    assert (report.outcome, report.codes) == ("lost", ("consent.contended",))
    assert stage.keyholder.calls == ["open"] * 3


def test_the_keyholders_refusal_is_reported_as_its_own(stage):
    stage.keyholder.opens = [OpenAnswer(outcome="refused", codes=("consent.required",), final=True)]
    report = stage.run()
    assert (report.outcome, report.reported_by, report.final) == ("refused", "keyholder", True)
    assert not stage.child.begun


@pytest.mark.parametrize(
    ("error", "codes"),
    [
        (KeyholderUnavailableError(), ("keyholder.unavailable",)),
        (KeyholderRefusedError(("replica.unauthenticated",)), ("replica.unauthenticated",)),
    ],
)
def test_a_keyholder_that_does_not_answer_opens_nothing(stage, error, codes):
    stage.keyholder.opens = [error]
    report = stage.run()
    assert (report.outcome, report.codes) == ("refused", codes)
    assert not stage.child.begun


def test_a_revocation_in_the_middle_kills_the_child_and_releases_nothing(stage):
    stage.child.frames = None
    stage.child.meanwhile = lambda: revoke(stage)
    report = stage.run()
    assert (report.outcome, report.codes) == ("stopped", ("consent.stopped",))
    assert report.process_gone_at_us == stage.child.gone_at_us
    assert report.decision is not None
    assert stage.keyholder.calls == ["open"]


def test_a_change_before_the_start_that_nobody_judges_gives_the_child_nothing(stage):
    opened = stage.keyholder.open

    def open_then_change(ask):
        given = opened(ask)
        stage.view.append(CAMEO, consent.ConsentRevoked(account=None, strength="no_new_uses"))
        stage.policy.silent = True
        return given

    stage.keyholder.open = open_then_change
    report = stage.run()
    assert (report.outcome, report.codes) == ("stopped", ("policy.unavailable",))
    assert not stage.child.begun


def test_a_change_that_refuses_nothing_lets_the_work_run_on(stage):
    stage.child.meanwhile = lambda: stage.view.append(
        CAMEO, consent.AudienceSet(audience="everyone", purposes=("personal",), facets=("face",))
    )
    stage.child.frames = [Step(n) for n in range(0, 1000, 100)] + [Done(stage.child.path, "1" * 64)]
    assert stage.run().outcome == "released"


@pytest.mark.parametrize(
    ("meanwhile", "code"),
    [
        (lambda stage: setattr(stage.view, "code", "feed.stale"), "feed.stale"),
        (lambda stage: setattr(stage.policy, "silent", True), "policy.unavailable"),
        (lambda stage: stage.view.append(GENERATION, generation.GenerationCancelled(uses=())), "generation.ended"),
        (
            lambda stage: stage.view.append(GENERATION, generation.AttemptLeased(attempt=2, replica="serve/trivial", lease_until_us=1)),
            "attempt.superseded",
        ),
    ],
)
def test_whatever_fails_in_the_middle_kills_the_child_with_its_code(stage, meanwhile, code):
    stage.child.frames = None
    stage.child.meanwhile = lambda: meanwhile(stage)
    report = stage.run()
    assert (report.outcome, report.codes) == ("stopped", (code,))
    assert stage.keyholder.calls == ["open"]


def test_consent_that_runs_out_kills_the_child(stage):
    stage.child.frames = None
    stage.keyholder.not_after_us = wall_us() + 200_000
    assert stage.run().codes == ("consent.expired",)


def test_a_lease_that_runs_out_kills_the_child(stage):
    stage.child.frames = None
    stage.lease_until_us = wall_us() + 200_000
    assert stage.run().codes == ("attempt.lease_expired",)


def test_a_film_that_is_done_is_not_offered_when_the_policy_refuses_by_then(stage):
    stage.child.frames = [Done(stage.child.path, "1" * 64)]
    stage.keyholder.opens = ["opened"]
    asked = stage.policy.evaluate

    def refuse_at_the_end(question):
        return answer("switch.render") if stage.child.gone_at_us else asked(question)

    stage.policy.evaluate = refuse_at_the_end
    report = stage.run()
    assert (report.outcome, report.codes, report.action) == ("refused", ("switch.render",), "release")
    assert stage.keyholder.calls == ["open"]


def test_the_spooled_film_is_removed_whatever_the_keyholder_says(stage, tmp_path):
    stage.keyholder.releases = [ReleaseAnswer(outcome="refused", codes=("consent.stopped",), final=True)]
    report = stage.run()
    assert (report.outcome, report.reported_by) == ("refused", "keyholder")
    assert not (tmp_path / "film").exists()


def test_a_release_whose_outcome_is_unknown_is_reported_lost(stage):
    stage.keyholder.releases = [KeyholderUnavailableError()]
    report = stage.run()
    assert (report.outcome, report.codes) == ("lost", ("keyholder.unavailable",))


def test_an_engine_that_fails_loses_the_attempt_and_tells_nothing_else(stage):
    stage.child.frames = [Failed("engine.failed", "LikenessError")]
    report = stage.run()
    assert (report.outcome, report.codes) == ("lost", ("engine.failed",))


def test_a_child_that_dies_loses_the_attempt(stage):
    def die():
        raise ChildFailedError("Exit-9")

    stage.child.frames = None
    stage.child.meanwhile = die
    assert stage.run().codes == ("engine.failed",)
