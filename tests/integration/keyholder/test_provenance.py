"""What is signed: a real MP4, read by an independent C2PA reader that trusts this installation's authority alone."""

from __future__ import annotations

import io
import json

import av
import c2pa
import numpy as np
import pytest

from schemas.generation import GenerationStarted
from tests.keyholder_parts import Keyholding


@pytest.fixture(scope="module")
def mp4() -> bytes:
    made = io.BytesIO()
    with av.open(made, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for shade in range(24):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), shade * 10, np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return made.getvalue()


def read(film: bytes, authority: str | None) -> tuple[dict, str]:
    trust = {"verify": {"verify_trust": True}} | ({} if authority is None else {"trust": {"user_anchors": authority}})
    with c2pa.Context(c2pa.Settings.from_dict(trust)) as context:
        reader = c2pa.Reader("video/mp4", io.BytesIO(film), context=context)
        said = json.loads(reader.json())
        return said["manifests"][said["active_manifest"]], str(reader.get_validation_state())


def released(held: Keyholding, film: bytes) -> tuple[str, bytes]:
    world = held.world
    owner = world.register()
    generation = world.ready(owner, world.activate_cameo(owner), engine="portrait")
    replica = held.replica("portrait")
    answer = replica.release(replica.package(replica.open(generation)), film)
    assert answer.outcome == "released", answer
    return generation, held.client("api").film(generation, owner)


def test_a_released_film_says_what_made_it_and_on_whose_consent(keyholding: Keyholding, mp4: bytes) -> None:
    generation, film = released(keyholding, mp4)
    authority = (keyholding.installation.settings.var / "keyholder" / "authority.pem").read_text()
    manifest, state = read(film, authority)
    assert state == "Trusted"
    assertions = {assertion["label"]: assertion["data"] for assertion in manifest["assertions"]}
    (created,) = assertions["c2pa.actions.v2"]["actions"]
    assert created["action"] == "c2pa.created"
    assert created["digitalSourceType"].endswith("compositeWithTrainedAlgorithmicMedia")
    started = next(event for event in keyholding.world.events(generation) if isinstance(event, GenerationStarted))
    said = assertions["org.cameo.consent"]
    assert (said["generation"], said["decision"]) == (generation, started.decision)
    assert said["consent_revisions"] == started.holding


def test_nobody_elses_authority_vouches_for_it_and_a_changed_film_is_found_out(keyholding: Keyholding, mp4: bytes) -> None:
    _, film = released(keyholding, mp4)
    assert read(film, None)[1] != "Trusted"
    changed = bytearray(film)
    at = film.index(b"mdat") + 200
    changed[at] ^= 1
    assert read(bytes(changed), None)[1] == "Invalid"


def test_what_is_no_film_is_not_released_by_an_engine_that_makes_films(keyholding: Keyholding, mp4: bytes) -> None:
    world = keyholding.world
    owner = world.register()
    generation = world.ready(owner, world.activate_cameo(owner), engine="portrait")
    replica = keyholding.replica("portrait")
    package = replica.package(replica.open(generation))
    assert replica.release(package, b"no film").codes == ("film.unreadable",)
    assert replica.release(package, mp4[:16] + b"\xff" * 64).codes == ("film.unreadable",)
    assert "generation.released" not in world.types(generation)
