"""Deciding on fakes: what moves between snapshot and append, what is lost between append and answer."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from identity.keys.fakes import InMemoryBlobs, InMemoryKeyholder, InMemoryRootKeys
from identity.keys.keyring import KeyRing
from identity.keys.package import seal_film, unpack
from identity.keys.sealing import keypair, new_id
from identity.keys.vault import Vault
from identity.keys.wire import OpenAnswer, OpenAsk, ReleaseAsk
from policy.errors import PolicyUnavailableError
from policy.ports import Answer, FactReader
from schemas.account import AccountFollowed
from schemas.generation import GenerationReleased, GenerationStarted
from serving.keyholder.checkpoint import Checkpoint
from serving.keyholder.errors import RefusedError
from serving.keyholder.exact import Exact
from serving.keyholder.intake import Intake
from serving.keyholder.opening import Opener
from serving.keyholder.releasing import Releaser
from serving.keyholder.showing import Exhibitor
from serving.keyholder.tending import SETTLE_US, Steward
from streams.errors import LedgerUnavailableError
from streams.fakes import InMemoryEventStore
from streams.ports import Append, EventStore, Outcome
from tests.world import World

BUNDLE = "b" * 64
PERMIT = Answer(permit=True, unmet=(), obligations=("visible_mark",), basis={}, review=(), not_after_us=None, bundle_sha256=BUNDLE)
REFUSE = Answer(permit=False, unmet=("consent.required",), obligations=(), basis={}, review=(), not_after_us=None, bundle_sha256=BUNDLE)


class ScriptedPolicy:
    """Answers PERMIT, or what the test put in its place; does something first where the test asks for it."""

    def __init__(self) -> None:
        self.answer: Answer | Exception = PERMIT
        self.first: Callable[[], None] = lambda: None
        self.asked: list[dict[str, Any]] = []

    def evaluate(self, question: dict[str, Any]) -> Answer:
        self.asked.append(question)
        self.first()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class FrailStore:
    """A ledger that can lose its answer after the commit, or be gone."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self.crash_after_append_of: type | None = None

    def append(self, append: Append) -> Outcome:
        outcome = self._store.append(append)
        lost = self.crash_after_append_of
        if lost is not None and any(isinstance(new.event, lost) for new in append.events):
            raise LedgerUnavailableError("the answer was lost")
        return outcome

    @contextmanager
    def snapshot(self) -> Iterator[FactReader]:
        with self._store.snapshot() as reader:
            yield reader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class MemoryWorld(World):
    """The world on the in-memory ledger."""

    def __init__(self, memory: InMemoryEventStore, keyholder: InMemoryKeyholder) -> None:
        super().__init__(lambda role: role, keyholder.as_role)
        self._memory = memory

    def store(self, role: str) -> EventStore:
        del role
        return self._memory


@dataclass
class Scene:
    """A keyholder's core on fakes, one generation ready to open."""

    folder: Path
    policy: ScriptedPolicy = field(default_factory=ScriptedPolicy)

    def __post_init__(self) -> None:
        ticks = itertools.count(1_700_000_000_000_000, 1_000)
        self.clock_us = 0
        self.memory = InMemoryEventStore(clock=lambda: next(ticks) + self.clock_us)
        self.store = FrailStore(self.memory)
        self.blobs = InMemoryBlobs()
        self.vault = Vault("main", KeyRing(None, InMemoryRootKeys(), lambda: next(ticks)), self.blobs)
        fake = InMemoryKeyholder("api", self.memory.read, lambda stream, event: self.world.append("keyholder", stream, event), self.vault)
        self.world = MemoryWorld(self.memory, fake)
        self.world.open_installation(BUNDLE)
        self.owner = self.world.register()
        self.cameo = self.world.activate_cameo(self.owner)
        self.generation = self.world.ready(self.owner, self.cameo)
        (self.folder / "spool").mkdir()
        self.film_private, self.film_public = keypair()
        self.child_private, self.child_public = keypair()
        self.compose()

    def compose(self) -> None:
        """Make the parts, as a newly started process would."""
        exact = Exact(self.store, self.policy, Checkpoint(self.folder / "checkpoint"), new_id)
        self.opener = Opener(exact, self.vault, self.film_public)
        self.releaser = Releaser(exact, self.vault, Intake(exact, self.vault, lambda film, _: film, self.folder, self.film_private))
        self.exhibitor = Exhibitor(exact, self.vault)
        self.steward = Steward(exact, self.vault, self.folder)

    def open(self) -> OpenAnswer:
        return self.opener.open(
            OpenAsk(
                generation=self.generation, attempt=1, public_key=self.child_public.hex(), engine="trivial",
                honours=("visible_mark",), bundle_sha256=BUNDLE,
            ),
            "replica/test",
        )  # fmt: skip

    def film(self, opened: OpenAnswer, film: bytes = b"film") -> ReleaseAsk:
        assert opened.package is not None, opened
        sealed = seal_film(unpack(opened.package, self.child_private), film)
        (self.folder / "spool" / "film").write_bytes(sealed)
        return ReleaseAsk(
            generation=self.generation, attempt=1, sealed_path="film", sealed_sha256=hashlib.sha256(sealed).hexdigest(),
            bundle_sha256=BUNDLE,
        )  # fmt: skip

    def films(self) -> list[str]:
        return [name for name in self.blobs.files if name.startswith("films/")]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_consent_that_moves_between_reading_and_append_is_decided_again(scene: Scene) -> None:
    moves = iter([True, False])

    def move_once() -> None:
        if next(moves, False):
            scene.world.append("api", scene.owner, AccountFollowed(account="account-" + "9" * 32))

    scene.policy.first = move_once
    opened = scene.open()
    assert opened.outcome == "opened"
    assert len(scene.policy.asked) == 2
    with scene.memory.snapshot() as facts:
        assert opened.holding[scene.owner] == facts.head(scene.owner).consent_revision  # type: ignore[union-attr]


def test_consent_that_never_stands_still_is_contended_and_starts_nothing(scene: Scene) -> None:
    scene.policy.first = lambda: scene.world.follow(scene.owner, "account-" + os.urandom(16).hex())
    answer = scene.open()
    assert (answer.outcome, answer.codes, answer.final) == ("refused", ("consent.contended",), False)
    assert len(scene.policy.asked) == 3
    assert "generation.started" not in scene.world.types(scene.generation)


def test_what_moves_between_the_append_and_the_keys_leaving_gives_no_keys(scene: Scene) -> None:
    appended = scene.store.append

    def append_then_move(append: Append) -> Outcome:
        outcome = appended(append)
        if any(isinstance(new.event, GenerationStarted) for new in append.events):
            scene.world.revoke(scene.cameo)
        return outcome

    scene.store.append = append_then_move  # type: ignore[method-assign]
    answer = scene.open()
    assert (answer.outcome, answer.package) == ("changed", None)


def test_a_start_whose_answer_was_lost_is_found_again_by_the_next_process(scene: Scene) -> None:
    scene.store.crash_after_append_of = GenerationStarted
    with pytest.raises(LedgerUnavailableError):
        scene.open()
    scene.store.crash_after_append_of = None
    scene.compose()
    opened = scene.open()
    assert opened.outcome == "opened"
    assert unpack(opened.package or b"", scene.child_private).obligations == ("visible_mark",)
    assert scene.world.types(scene.generation).count("generation.started") == 1


def test_a_repeated_call_after_benign_change_starts_anew_with_what_is_held_now(scene: Scene) -> None:
    first = scene.open()
    scene.world.follow(scene.owner, "account-" + "9" * 32)
    second = scene.open()
    assert second.outcome == "opened"
    assert second.decision != first.decision
    assert second.holding[scene.owner] == first.holding[scene.owner] + 1


def test_a_repeated_call_after_consent_is_gone_ends_the_generation(scene: Scene) -> None:
    scene.open()
    scene.world.revoke(scene.cameo)
    scene.policy.answer = REFUSE
    assert (scene.open().codes, scene.open().codes) == (("consent.required",), ("generation.ended",))


def test_an_answer_by_another_bundle_than_the_one_in_force_opens_nothing(scene: Scene) -> None:
    scene.policy.answer = Answer(permit=True, unmet=(), obligations=(), basis={}, review=(), not_after_us=None, bundle_sha256="c" * 64)
    answer = scene.open()
    assert (answer.codes, answer.final) == (("bundle.superseded",), False)
    assert "generation.started" not in scene.world.types(scene.generation)


def test_a_permit_that_expires_before_the_append_starts_nothing(scene: Scene) -> None:
    scene.policy.answer = Answer(permit=True, unmet=(), obligations=(), basis={}, review=(), not_after_us=1, bundle_sha256=BUNDLE)
    answer = scene.open()
    assert (answer.codes, answer.final) == (("consent.expired",), False)
    assert "generation.started" not in scene.world.types(scene.generation)


def test_a_silent_policy_opens_and_records_nothing(scene: Scene) -> None:
    before = scene.world.types(scene.generation)
    scene.policy.answer = PolicyUnavailableError("down")
    with pytest.raises(PolicyUnavailableError):
        scene.open()
    assert scene.world.types(scene.generation) == before


def test_a_refused_film_leaves_no_key_behind(scene: Scene) -> None:
    ask = scene.film(scene.open())
    scene.policy.answer = REFUSE
    answer = scene.releaser.release(ask, "replica/test")
    assert (answer.outcome, answer.final) == ("refused", True)
    assert scene.films() == []


def test_a_film_whose_release_was_not_recorded_is_shown_to_nobody_and_cleared(scene: Scene) -> None:
    ask = scene.film(scene.open())
    scene.policy.answer = PolicyUnavailableError("down")
    with pytest.raises(PolicyUnavailableError):
        scene.releaser.release(ask, "replica/test")
    scene.policy.answer = PERMIT
    assert len(scene.films()) == 1
    with pytest.raises(RefusedError, match=r"film\.unreleased"):
        scene.exhibitor.film(scene.generation, scene.owner)
    scene.compose()
    assert scene.steward.clear_leftovers() == 0, "it may still be on its way into the record"
    scene.clock_us = SETTLE_US
    assert scene.steward.clear_leftovers() == 1
    assert scene.films() == []
    assert scene.releaser.release(ask, "replica/test").outcome == "released"


def test_a_release_whose_answer_was_lost_is_told_again_and_its_film_is_kept(scene: Scene) -> None:
    ask = scene.film(scene.open())
    scene.store.crash_after_append_of = GenerationReleased
    with pytest.raises(LedgerUnavailableError):
        scene.releaser.release(ask, "replica/test")
    scene.store.crash_after_append_of = None
    scene.compose()
    assert scene.releaser.release(ask, "replica/test").outcome == "released"
    scene.clock_us = SETTLE_US
    assert scene.steward.clear_leftovers() == 0
    assert scene.exhibitor.film(scene.generation, scene.owner) == b"film"


def test_servings_are_decided_each_time_and_recorded_once_while_nothing_moves(scene: Scene) -> None:
    scene.releaser.release(scene.film(scene.open()), "replica/test")
    asked = len(scene.policy.asked)
    for _ in range(3):
        scene.exhibitor.film(scene.generation, scene.owner)
    assert len(scene.policy.asked) == asked + 3
    served = [event for event in scene.world.events(scene.generation) if getattr(event, "action", "") == "serve"]
    assert len(served) == 1
    scene.policy.answer = REFUSE
    for _ in range(2):
        with pytest.raises(RefusedError, match=r"consent\.required"):
            scene.exhibitor.film(scene.generation, scene.owner)
    refused = [event for event in scene.world.events(scene.generation) if getattr(event, "permit", True) is False]
    assert len(refused) == 1


def test_consent_that_moves_while_a_film_is_opened_is_decided_again(scene: Scene) -> None:
    scene.releaser.release(scene.film(scene.open()), "replica/test")
    opened = scene.vault.open

    def open_then_refuse(key_id: str) -> bytes:
        scene.world.revoke(scene.cameo, "take_down")
        scene.policy.answer = REFUSE
        return opened(key_id)

    scene.vault.open = open_then_refuse  # type: ignore[method-assign]
    with pytest.raises(RefusedError, match=r"consent\.required"):
        scene.exhibitor.film(scene.generation, scene.owner)


def test_every_permit_holds_all_that_its_input_was_made_of(scene: Scene) -> None:
    opened = scene.open()
    started = next(event for event in scene.world.events(scene.generation) if isinstance(event, GenerationStarted))
    assert set(started.holding) == {scene.cameo, scene.owner, "switch-main", "policy-main"} == set(opened.holding)


def test_a_serving_whose_record_failed_is_recorded_when_it_is_asked_for_again(scene: Scene) -> None:
    scene.releaser.release(scene.film(scene.open()), "replica/test")
    appended = scene.store.append

    def fail(_: Append) -> Outcome:
        raise LedgerUnavailableError("gone")

    scene.store.append = fail  # type: ignore[method-assign]
    with pytest.raises(LedgerUnavailableError):
        scene.exhibitor.film(scene.generation, scene.owner)
    scene.store.append = appended  # type: ignore[method-assign]
    assert scene.exhibitor.film(scene.generation, scene.owner) == b"film"
    assert [event for event in scene.world.events(scene.generation) if getattr(event, "action", "") == "serve"]


def test_a_pipe_in_the_spool_holds_nobody_up_and_is_no_film(scene: Scene) -> None:
    ask = scene.film(scene.open())
    spooled = scene.folder / "spool" / "film"
    spooled.unlink()
    os.mkfifo(spooled)
    assert scene.releaser.release(ask, "replica/test").codes == ("film.digest_mismatch",)


def test_assets_sealed_anew_while_the_policy_is_asked_refuse_nobody(scene: Scene) -> None:
    moves = iter([True, False])

    def rekey_once() -> None:
        if next(moves, False):
            scene.steward.rekey(scene.cameo)
            assert scene.steward.destroy_due() > 0

    scene.policy.first = rekey_once
    assert scene.open().outcome == "opened"


def test_an_asset_that_the_ledger_did_not_take_replaces_none(scene: Scene) -> None:
    scene.clock_us = -60_000_000
    with pytest.raises(RefusedError, match=r"clock\.astray"):
        scene.steward.rekey(scene.cameo)
    scene.clock_us = 0
    scene.steward.destroy_due()
    assert scene.open().outcome == "opened"
