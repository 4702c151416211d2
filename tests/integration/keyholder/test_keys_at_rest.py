"""Keys at rest: new ones after a revocation, old ones gone after the last lease, none left of who is erased."""

from __future__ import annotations

import time

import pytest

from identity.keys.errors import KeyholderRefusedError
from policy.ports import Fact
from schemas.cameo import AssetRekeyed
from tests.keyholder_parts import Keyholding
from tests.world import ASSET


def asset_of(held: Keyholding, cameo: str, facet: str) -> Fact:
    with held.world.store("auditor").snapshot() as facts:
        fact = facts.get(cameo, f"asset/{facet}")
    assert fact is not None
    return fact


def wait_gone(held: Keyholding, key_id: str) -> None:
    path = held.installation.settings.media / "assets" / key_id
    while path.exists():  # the suite's timeout bounds it
        time.sleep(0.05)


def test_a_rekeyed_asset_has_a_new_key_and_the_same_likeness_and_consent_has_not_moved(keyholding: Keyholding) -> None:
    world = keyholding.world
    owner = world.register()
    cameo = world.activate_cameo(owner)
    before = {facet: asset_of(keyholding, cameo, facet).value["key_id"] for facet in ("face", "voice")}
    with world.store("auditor").snapshot() as facts:
        head = facts.head(cameo)
    new = keyholding.client("worker").rekey(cameo)
    with world.store("auditor").snapshot() as facts:
        assert facts.head(cameo).consent_revision == head.consent_revision  # type: ignore[union-attr]
    rekeyed = [event for event in world.events(cameo) if isinstance(event, AssetRekeyed)]
    assert {event.facet: event.replaced_key_id for event in rekeyed} == before
    assert {one.facet: one.key_id for one in new} == {event.facet: event.key_id for event in rekeyed}
    for key_id in before.values():
        wait_gone(keyholding, key_id)
    replica = keyholding.replica()
    assert replica.likenesses(replica.open(world.ready(owner, cameo))) == {"face": ASSET, "voice": ASSET}


def test_the_old_key_lives_as_long_as_the_lease_that_was_given_it(keyholding: Keyholding) -> None:
    world = keyholding.world
    owner = world.register()
    cameo = world.activate_cameo(owner, facets=("face",))
    generation = world.request(owner, cameo, facets=("face",))
    world.judge(generation)
    world.lease(generation)
    replica = keyholding.replica()
    first = replica.open(generation)
    old = asset_of(keyholding, cameo, "face").value["key_id"]
    keyholding.client("worker").rekey(cameo)
    time.sleep(2.5)  # two rounds of housekeeping: the old key must outlive them
    assert replica.likenesses(first) == {"face": ASSET}
    assert replica.package(replica.open(generation)) == replica.package(first)
    assert (keyholding.installation.settings.media / "assets" / old).exists()


def test_a_replaced_asset_goes_too(keyholding: Keyholding) -> None:
    world = keyholding.world
    owner = world.register()
    cameo = world.activate_cameo(owner, facets=("face",))
    old = asset_of(keyholding, cameo, "face").value["key_id"]
    keyholding.client("worker").put_asset(cameo, owner, "face", b"newer")
    wait_gone(keyholding, old)


def test_nobody_seals_a_likeness_into_a_cameo_that_is_not_theirs(keyholding: Keyholding) -> None:
    world = keyholding.world
    cameo = world.activate_cameo(world.register())
    with pytest.raises(KeyholderRefusedError, match=r"cameo\.not_owned"):
        keyholding.client("worker").put_asset(cameo, world.register(), "face", b"x")


def test_who_is_erased_is_unreadable_everywhere(keyholding: Keyholding) -> None:
    world, api = keyholding.world, keyholding.client("api")
    owner, friend = world.register("수아"), world.register()
    cameo = world.activate_cameo(owner)
    world.grant(cameo, friend)
    out, running, waiting = (world.ready(friend, cameo) for _ in range(3))
    replica = keyholding.replica()
    replica.release(replica.package(replica.open(out)), b"film")
    package = replica.package(replica.open(running))
    evidence = api.put_evidence(owner, cameo, b"recording")
    assert api.film(out, friend) == b"film"

    api.destroy_subject(owner, (cameo,))

    assert not list((keyholding.installation.settings.media / "evidence").glob(evidence.key_id))
    assert replica.open(waiting).outcome == "refused"
    assert replica.release(package).outcome == "refused"
    for act in (
        lambda: api.film(out, friend),
        lambda: keyholding.client("worker").get_evidence(evidence.evidence, "assess"),
        lambda: api.unseal(owner, world.store("auditor").read(owner)[0].event_id, "show"),
    ):
        with pytest.raises(KeyholderRefusedError):
            act()


def test_an_erased_requesters_plan_is_not_rendered(keyholding: Keyholding) -> None:
    world = keyholding.world
    owner, friend = world.register(), world.register()
    cameo = world.activate_cameo(owner)
    world.grant(cameo, friend)
    generation = world.ready(friend, cameo)
    keyholding.client("api").destroy_subject(friend, ())
    assert keyholding.replica().open(generation).codes == ("key.destroyed",)


def test_a_cameo_without_the_facet_that_is_asked_is_refused_for_good(keyholding: Keyholding) -> None:
    world = keyholding.world
    owner = world.register()
    cameo = world.activate_cameo(owner, facets=("face",))
    answer = keyholding.replica().open(world.ready(owner, cameo))
    assert (answer.codes, answer.final) == (("likeness.missing",), True)
