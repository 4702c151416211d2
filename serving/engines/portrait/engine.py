"""Owns the portrait engine: one enrolled person, a drawn place, one spoken line, one MP4. Signs nothing, writes no file."""

import hashlib
import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from identity.assets import read_voice
from serving.core.plan import Plan, Scene, canonical_bytes
from serving.engines.port import MARK_VISIBLE, EngineError, LikenessError, Likenesses, Progress, Segment, require_honoured
from serving.engines.portrait.ambience import ambience
from serving.engines.portrait.compose import Composer
from serving.engines.portrait.faces import FaceModels, Picture
from serving.engines.portrait.film import write_mp4
from serving.engines.portrait.mark import Mark
from serving.engines.portrait.person import Performance, Person
from serving.engines.portrait.setting import draw
from serving.engines.portrait.speech import SAMPLE_RATE_HZ, VOICES, KokoroSpeaker, Sound, Spoken, median_pitch_hz, voice_for
from serving.engines.portrait.timing import Lips, align, lips

LEAD_S: Final = 0.55
TAIL_S: Final = 0.25
FASTEST: Final = 1.45
BLINKS_S: Final = (0.9, 3.1)
BLINK_EVERY_S: Final = 2.9
MODELS_VARIABLE: Final = "CAMEO_MODELS"


class PortraitEngine:
    """Renders close shots on a CPU. One film at a time; its parent may load it before a likeness arrives."""

    name = "portrait"
    version = "1"
    honours = frozenset({MARK_VISIBLE})

    def __init__(self, models: Path | None = None) -> None:
        """`models` is the folder of infra/models.toml; the process's own CAMEO_MODELS when it is not given.

        Loads what is slow to load. Raises EngineError when there is no such folder.
        """
        folder = models or Path(os.environ.get(MODELS_VARIABLE, ""))
        if not (folder / "face_landmarker.task").is_file():
            raise EngineError(f"no models in {folder}: set {MODELS_VARIABLE}")
        self._folder = folder
        self._models = FaceModels(folder)
        self._speaker = KokoroSpeaker(folder)
        self._speaker.load()

    def render(self, plan: Plan, likenesses: Likenesses, obligations: Collection[str], progress: Progress) -> Iterator[Segment]:
        """Yield one segment with the whole film. See `serving.engines.port.Engine`."""
        require_honoured(self, obligations)
        people = {cameo: Person(_facet(likenesses, cameo, "face"), self._models) for cameo in plan.cameos}
        voices = {cameo: _voice(likenesses.get(cameo, {})) for cameo in plan.cameos}
        parts = [self._sound(scene, voices, i) for i, scene in enumerate(plan.scenes)]
        sound = np.concatenate([part[0] for part in parts])
        mark = Mark(plan.mark, plan.width_px, plan.height_px, self._folder)
        pictures = self._pictures(plan, people, mark, [part[1] for part in parts], progress)
        yield Segment(0, plan.frames, write_mp4(pictures, sound, plan.width_px, plan.height_px, plan.fps))

    def close(self) -> None:
        """Let go of the models; a process that ends at once need not."""
        self._models.close()

    def _pictures(
        self, plan: Plan, people: Mapping[str, Person], mark: Mark, spoken: list[Spoken], progress: Progress
    ) -> Iterator[Picture]:
        seed = int.from_bytes(hashlib.sha256(canonical_bytes(plan)).digest()[:4], "big")
        done, start_ms = 0, 0
        for scene, said in zip(plan.scenes, spoken, strict=True):
            last = (start_ms + scene.duration_ms) * plan.fps // 1000
            count = (plan.frames if scene is plan.scenes[-1] else last) - done
            setting = draw(scene.setting, plan.width_px, plan.height_px, seed)
            size = (plan.width_px, plan.height_px)
            composer = Composer(setting, mark, scene.camera, size, scene.duration_ms / 1000, seed)
            act = Performance(_mouth(said, count, plan.fps), _blinks(scene.duration_ms / 1000), _phase(seed))
            person = people[_only(scene)]
            for i in range(count):
                yield composer.frame(person.frame(act, i, plan.fps), i / plan.fps, (done + i) / plan.fps)
                progress(done + i + 1, plan.frames)
            done, start_ms = done + count, start_ms + scene.duration_ms

    def _sound(self, scene: Scene, voices: Mapping[str, str], seed: int) -> tuple[Sound, Spoken]:
        seconds = scene.duration_ms / 1000
        sound = ambience(scene.sound, seconds, seed)
        text = " ".join(line.text for line in scene.lines)
        said = self._said(text, voices[_only(scene)], seconds - LEAD_S - TAIL_S)
        start = int(LEAD_S * SAMPLE_RATE_HZ)
        peak = float(np.abs(said.samples).max()) if said.samples.size else 1.0
        sound[start : start + len(said.samples)] += said.samples * min(3.0, 0.70 / max(peak, 1e-3))
        return np.clip(sound, -1, 1), said

    def _said(self, text: str, voice: str, room_s: float) -> Spoken:
        """Speak a line in the time there is, faster where it must be. Raises EngineError when it does not fit."""
        said = self._speaker.say(text, voice)
        length_s = len(said.samples) / SAMPLE_RATE_HZ
        if length_s <= room_s:
            return said
        speed = length_s / room_s * 1.04
        said = self._speaker.say(text, voice, min(speed, FASTEST))
        if len(said.samples) / SAMPLE_RATE_HZ > room_s:
            raise EngineError(f"the line takes {length_s:.1f} s and the scene leaves {room_s:.1f} s")
        return said


def _only(scene: Scene) -> str:
    if len(scene.cameos) != 1:
        raise EngineError("a portrait scene shows exactly one cameo")
    return scene.cameos[0]


def _facet(likenesses: Likenesses, cameo: str, facet: str) -> bytes:
    try:
        return likenesses[cameo][facet]
    except KeyError as error:
        raise LikenessError(f"no {facet} of the cameo") from error


def _voice(facets: Mapping[str, bytes]) -> str:
    """A voice of the same register, always the same for the same person; no clone. Without a voice facet: the first."""
    if "voice" not in facets:
        return VOICES[0]
    try:
        asset = read_voice(facets["voice"])
    except msgspec.MsgspecError as error:
        raise LikenessError("the voice asset cannot be read") from error
    samples = asset.samples().astype(np.float32) / 32768
    return voice_for(asset.embedding_array(), median_pitch_hz(samples, asset.sample_rate_hz))


def _mouth(said: Spoken, frames: int, fps: int) -> Lips:
    return lips(align(said), said.samples, frames, fps, LEAD_S)


def _blinks(seconds: float) -> tuple[float, ...]:
    late = np.arange(BLINKS_S[-1] + BLINK_EVERY_S, seconds - 0.3, BLINK_EVERY_S)
    return (*(t for t in BLINKS_S if t < seconds - 0.3), *(float(t) for t in late))


def _phase(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 2 * np.pi, 9)
