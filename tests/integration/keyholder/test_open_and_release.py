"""The main path on real parts: opened, rendered, released, shown; and a draft that waits for its subject."""

from __future__ import annotations

import hashlib

import pytest

from identity.keys.errors import KeyholderRefusedError
from schemas.generation import DraftReleased, GenerationDecided, GenerationReleased, GenerationStarted
from tests.keyholder_parts import Keyholding
from tests.world import ASSET


def pair(held: Keyholding) -> tuple[str, str, str]:
    world = held.world
    owner, friend = world.register("수아"), world.register("friend")
    return owner, friend, world.activate_cameo(owner)


def test_a_permitted_attempt_is_opened_released_and_shown(keyholding: Keyholding) -> None:
    world = keyholding.world
    owner, friend, cameo = pair(keyholding)
    grant = world.grant(cameo, friend, uses=2)
    generation = world.ready(friend, cameo)
    replica = keyholding.replica()

    opened = replica.open(generation)
    assert opened.outcome == "opened", opened
    assert replica.likenesses(opened) == {"face": ASSET, "voice": ASSET}
    assert {cameo, owner, friend, "switch-main", "policy-main"} == set(opened.holding)
    released = replica.release(replica.package(opened), b"the film")
    assert released.outcome == "released", released

    film = keyholding.client("api").film(generation, friend)
    assert film == b"the film"
    assert hashlib.sha256(film).hexdigest() == released.film_sha256
    assert keyholding.client("api").film(generation, owner) == film
    with pytest.raises(KeyholderRefusedError, match=r"viewer\.not_permitted"):
        keyholding.client("api").film(generation, world.register())
    started = next(event for event in world.events(generation) if isinstance(event, GenerationStarted))
    done = next(event for event in world.events(generation) if isinstance(event, GenerationReleased))
    assert [use.grant for use in started.uses] == [grant]
    assert done.uses == started.uses
    assert world.uses_left(cameo, grant, 2) == 1


def test_no_plain_byte_of_a_film_or_a_likeness_lies_on_the_disk(keyholding: Keyholding) -> None:
    world = keyholding.world
    owner = world.register()
    cameo = world.activate_cameo(owner, asset=b"plain likeness " * 8)
    generation = world.ready(owner, cameo)
    replica = keyholding.replica()
    replica.release(replica.package(replica.open(generation)), b"plain film " * 8)
    settings = keyholding.installation.settings
    for path in (path for folder in (settings.media, settings.var / "keyholder", settings.logs) for path in folder.rglob("*")):
        if path.is_file():
            stored = path.read_bytes()
            assert b"plain likeness" not in stored, path
            assert b"plain film" not in stored, path
            assert settings.secret("root.key") not in stored, path
            assert settings.secret("token-api") not in stored, path


def test_a_stranger_is_refused_and_the_decision_can_be_replayed(keyholding: Keyholding) -> None:
    world = keyholding.world
    _, _, cameo = pair(keyholding)
    stranger = world.register()
    generation = world.ready(stranger, cameo)
    answer = keyholding.replica().open(generation)
    assert (answer.outcome, answer.final, answer.package) == ("refused", True, None)
    assert "consent.required" in answer.codes
    decided = next(event for event in world.events(generation) if isinstance(event, GenerationDecided))
    assert world.types(generation)[-2:] == ["generation.decided", "generation.refused"]
    assert decided.bundle_sha256 == keyholding.bundle_sha256
    assert decided.codes == answer.codes


def test_a_film_under_review_is_a_draft_until_its_subject_approves_these_very_bytes(keyholding: Keyholding) -> None:
    world, api = keyholding.world, keyholding.client("api")
    owner, friend, cameo = pair(keyholding)
    world.grant(cameo, friend, review=True, uses=1)
    generation = world.ready(friend, cameo)
    replica = keyholding.replica()
    draft = replica.release(replica.package(replica.open(generation)), b"a draft")
    assert draft.outcome == "draft", draft
    assert draft.film_sha256 is not None

    with pytest.raises(KeyholderRefusedError, match=r"film\.unreleased"):
        api.film(generation, friend)
    with pytest.raises(KeyholderRefusedError, match=r"viewer\.not_permitted"):
        api.draft(generation, friend)
    assert api.draft(generation, owner) == b"a draft"
    assert keyholding.client("dispatcher").release_draft(generation).outcome == "draft"
    world.approve(generation, cameo, "0" * 64)
    assert keyholding.client("dispatcher").release_draft(generation).outcome == "draft"
    world.approve(generation, cameo, draft.film_sha256)
    released = keyholding.client("dispatcher").release_draft(generation)
    assert (released.outcome, released.film_sha256) == ("released", draft.film_sha256)
    assert keyholding.client("dispatcher").release_draft(generation).outcome == "released"
    assert api.film(generation, friend) == b"a draft"
    offered = next(event for event in world.events(generation) if isinstance(event, DraftReleased))
    assert offered.subjects == (cameo,)


def test_a_declined_draft_is_never_released(keyholding: Keyholding) -> None:
    world = keyholding.world
    _, friend, cameo = pair(keyholding)
    world.grant(cameo, friend, review=True)
    generation = world.ready(friend, cameo)
    replica = keyholding.replica()
    draft = replica.release(replica.package(replica.open(generation)))
    world.decline(generation, cameo, draft.film_sha256 or "")
    answer = keyholding.client("dispatcher").release_draft(generation)
    assert answer.outcome == "refused"
    assert "review.declined" in answer.codes


@pytest.mark.parametrize("strength", ["no_new_uses", "stop", "take_down"])
def test_a_revocation_reaches_as_far_as_it_says(keyholding: Keyholding, strength: str) -> None:
    world, api = keyholding.world, keyholding.client("api")
    _, friend, cameo = pair(keyholding)
    world.grant(cameo, friend)
    out, running, waiting = (world.ready(friend, cameo) for _ in range(3))
    replica = keyholding.replica()
    replica.release(replica.package(replica.open(out)))
    package = replica.package(replica.open(running))

    world.revoke(cameo, strength)  # type: ignore[arg-type]

    assert replica.open(waiting).outcome == "refused"
    released = replica.release(package)
    assert released.outcome == ("released" if strength == "no_new_uses" else "refused")
    if strength == "take_down":
        with pytest.raises(KeyholderRefusedError, match="taken_down"):
            api.film(out, friend)
    else:
        assert api.film(out, friend) == b"trivial film"
