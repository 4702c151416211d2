"""The process: it says when it is ready, ends cleanly when asked, and starts again on what it left."""

from __future__ import annotations

from tests.keyholder_parts import Keyholding


def test_it_ends_cleanly_when_asked_and_starts_again_on_its_keys(keyholding: Keyholding) -> None:
    world, settings = keyholding.world, keyholding.installation.settings
    owner = world.register("handle")
    event_id = world.store("auditor").read(owner)[0].event_id
    assert (settings.run / "keyholder.ready").exists()
    keyholding.running.stop()
    assert keyholding.running.process.returncode == 0, keyholding.running.tail()
    assert not (settings.run / "keyholder.ready").exists()
    keyholding.restart()
    assert keyholding.client("api").unseal(owner, event_id, "show") == {"handle": b"handle"}


def test_it_starts_over_what_a_killed_one_left(keyholding: Keyholding) -> None:
    keyholding.running.kill()
    assert keyholding.installation.settings.keyholder_socket.exists()
    keyholding.restart()
    assert keyholding.client("api").health().codes == ()
