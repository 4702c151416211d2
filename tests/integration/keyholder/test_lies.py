"""A lying replica: another key, another attempt, other bytes, no signature. Refused, recorded, and the honest one goes on."""

from __future__ import annotations

import http.client
import os
import time

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from identity.keys.client import ReplicaClient
from identity.keys.errors import KeyholderRefusedError
from identity.keys.signing import sign
from schemas.generation import GenerationDecided, GenerationStarted
from streams.errors import NotPermittedError
from tests.keyholder_parts import Keyholding


@pytest.fixture
def generation(keyholding: Keyholding) -> str:
    world = keyholding.world
    owner, friend = world.register(), world.register()
    cameo = world.activate_cameo(owner)
    world.grant(cameo, friend)
    return world.ready(friend, cameo)


def recorded(held: Keyholding, generation: str) -> list[str]:
    decided = [event for event in held.world.events(generation) if isinstance(event, GenerationDecided)]
    return [code for event in decided for code in event.codes]


def test_a_second_key_for_an_opened_attempt_is_refused_and_the_first_one_still_releases(keyholding: Keyholding, generation: str) -> None:
    honest, liar = keyholding.replica(), keyholding.replica()
    package = honest.package(honest.open(generation))
    answer = liar.open(generation)
    assert (answer.outcome, answer.codes, answer.final, answer.package) == ("refused", ("attempt.key_bound",), False, None)
    assert recorded(keyholding, generation) == ["attempt.key_bound"]
    assert honest.release(package).outcome == "released"


def test_a_repeated_call_with_the_same_key_gets_the_same_package_and_starts_nothing_anew(keyholding: Keyholding, generation: str) -> None:
    replica = keyholding.replica()
    first, again = replica.open(generation), replica.open(generation)
    assert replica.package(first) == replica.package(again)
    assert first.decision == again.decision
    assert sum(isinstance(event, GenerationStarted) for event in keyholding.world.events(generation)) == 1


def test_an_old_attempt_can_neither_open_nor_release(keyholding: Keyholding, generation: str) -> None:
    old = keyholding.replica()
    package = old.package(old.open(generation))
    keyholding.world.lose(generation, 1)
    keyholding.world.lease(generation, 2)
    assert old.open(generation).codes == ("attempt.superseded",)
    assert old.release(package).codes == ("attempt.superseded",)
    fresh = keyholding.replica()
    new = fresh.package(fresh.open(generation, 2))
    assert old.release(package).codes == ("attempt.superseded",)
    assert fresh.release(new).outcome == "released"
    assert recorded(keyholding, generation) == ["attempt.superseded"] * 3


def test_an_attempt_whose_lease_ran_out_can_do_nothing(keyholding: Keyholding, generation: str) -> None:
    replica = keyholding.replica()
    package = replica.package(replica.open(generation))
    keyholding.world.lease(generation, 1, lease_us=1)
    assert replica.open(generation).codes == ("attempt.lease_expired",)
    assert replica.release(package).codes == ("attempt.lease_expired",)
    assert "generation.released" not in keyholding.world.types(generation)


def test_other_bytes_than_named_are_not_released(keyholding: Keyholding, generation: str) -> None:
    replica = keyholding.replica()
    package = replica.package(replica.open(generation))
    ask = replica.spool(package, b"film")
    other = replica.spool(package, b"another film")
    swapped = msgspec.structs.replace(ask, sealed_path=other.sealed_path)
    assert replica.client.release(swapped).codes == ("film.digest_mismatch",)
    assert recorded(keyholding, generation) == ["film.digest_mismatch"]
    assert replica.client.release(ask).outcome == "released"


@pytest.mark.parametrize("path", ["../keyholder/keys.sqlite", "/etc/passwd", "missing", ".hidden", "", "spool/../../x"])
def test_a_film_is_read_from_the_spool_and_nowhere_else(keyholding: Keyholding, generation: str, path: str) -> None:
    replica = keyholding.replica()
    ask = replica.spool(replica.package(replica.open(generation)), b"film")
    assert replica.client.release(msgspec.structs.replace(ask, sealed_path=path)).codes == ("film.digest_mismatch",)


def test_a_link_in_the_spool_is_not_followed(keyholding: Keyholding, generation: str) -> None:
    replica = keyholding.replica()
    ask = replica.spool(replica.package(replica.open(generation)), b"film")
    spool = keyholding.installation.settings.media / "spool"
    (spool / "link").symlink_to(spool / ask.sealed_path)
    assert replica.client.release(msgspec.structs.replace(ask, sealed_path="link")).codes == ("film.digest_mismatch",)
    (spool / "link").unlink()


def test_bytes_that_were_not_sealed_for_the_keyholder_are_not_released(keyholding: Keyholding, generation: str) -> None:
    replica = keyholding.replica()
    package = replica.package(replica.open(generation))
    stranger = msgspec.structs.replace(package, film_public_key=bytes.fromhex(keyholding.replica().public_key.hex()))
    assert replica.release(stranger).codes == ("film.digest_mismatch",)


def test_what_was_released_is_not_released_again_with_other_bytes(keyholding: Keyholding, generation: str) -> None:
    replica = keyholding.replica()
    package = replica.package(replica.open(generation))
    ask = replica.spool(package, b"film")
    first = replica.client.release(ask)
    assert replica.client.release(ask) == first
    assert replica.release(package, b"other").codes == ("generation.ended",)
    assert keyholding.world.types(generation).count("generation.released") == 1


def test_a_film_of_an_attempt_that_was_never_opened_is_not_released(keyholding: Keyholding, generation: str) -> None:
    replica = keyholding.replica()
    package = replica.package(replica.open(generation))
    other = keyholding.world.request(keyholding.world.register(), "cameo-" + "9" * 32)
    keyholding.world.lease(other)
    ask = msgspec.structs.replace(replica.spool(package, b"film"), generation=other)
    assert replica.client.release(ask).codes == ("attempt.not_started",)
    assert recorded(keyholding, other) == ["attempt.not_started"]


def test_another_engine_is_refused(keyholding: Keyholding, generation: str) -> None:
    assert keyholding.replica("portrait").open(generation).codes == ("engine.mismatch",)


def test_a_replica_with_another_bundle_is_refused_for_now(keyholding: Keyholding, generation: str) -> None:
    replica = keyholding.replica()
    replica.bundle_sha256 = "0" * 64
    answer = replica.open(generation)
    assert (answer.codes, answer.final) == (("bundle.superseded",), False)


def test_a_generation_that_nobody_requested_is_unknown(keyholding: Keyholding) -> None:
    assert keyholding.replica().open("generation-" + "0" * 32).codes == ("generation.unknown",)


@pytest.mark.parametrize("public_key", [b"", b"z", bytes(31)])
def test_a_key_that_is_none_is_refused(keyholding: Keyholding, generation: str, public_key: bytes) -> None:
    replica = keyholding.replica()
    replica.public_key = public_key
    assert replica.open(generation).codes == ("attempt.key_malformed",)


def test_a_request_signed_by_nobody_known_or_not_at_all_is_refused(keyholding: Keyholding, generation: str) -> None:
    socket = keyholding.installation.settings.keyholder_socket
    stranger = keyholding.replica()
    stranger.client = ReplicaClient(socket, Ed25519PrivateKey.generate(), "replica-test")
    with pytest.raises(KeyholderRefusedError, match=r"replica\.unauthenticated"):
        stranger.open(generation)
    assert keyholding.ask_raw("/v1/open", b"{}", {})[0] == http.client.UNAUTHORIZED
    assert "generation.started" not in keyholding.world.types(generation)


def test_a_recorded_request_cannot_be_played_again(keyholding: Keyholding) -> None:
    settings = keyholding.installation.settings
    key = Ed25519PrivateKey.from_private_bytes(settings.secret("replica.key"))
    headers = sign(key, path="/v1/open", body=b"{}", replica="r", time_us=time.time_ns() // 1000, nonce=os.urandom(16).hex())
    assert keyholding.ask_raw("/v1/open", b"{}", headers)[0] == http.client.UNPROCESSABLE_ENTITY
    assert keyholding.ask_raw("/v1/open", b"{}", headers)[0] == http.client.UNAUTHORIZED


def test_the_ledger_itself_lets_no_other_role_record_a_start(keyholding: Keyholding, generation: str) -> None:
    started = GenerationStarted(attempt=1, decision="d", public_key="k", holding={}, not_after_us=None, uses=(), assets=())
    for role in ("api", "worker", "judge", "dispatcher"):
        with pytest.raises(NotPermittedError):
            keyholding.world.append(role, generation, started)
