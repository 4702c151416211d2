"""Owns the plan: what a film shows, who is in it and what they say. Does not own its digest, which is salted elsewhere."""

import re
from collections.abc import Sequence

import msgspec

HANDLE_MAX_CHARS = 40
LINE_MAX_CHARS = 240
WIDEST_PX = 1280
SHORTEST_MS = 5000
LINE_LEAD_MS, LINE_MS_PER_CHAR = 1200, 72
"""A guess at how long a line takes; the engine speaks a little faster where it must."""
DEFAULT_SETTING = "studio"

# A word in the prompt (matched at its beginning, for plurals and Korean particles) picks the drawn background.
SETTING_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("beach", ("beach", "sea", "ocean", "shore", "해변", "바다")),
    ("city", ("city", "street", "town", "skyline", "도시", "거리")),
    ("forest", ("forest", "wood", "park", "garden", "숲", "공원")),
    ("space", ("space", "star", "moon", "galaxy", "우주", "별")),
    ("night", ("night", "neon", "midnight", "밤")),
    ("studio", ("studio", "stage", "스튜디오", "무대")),
)
CAMERA_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("push_in", ("zoom", "push", "close", "클로즈업", "다가")),
    ("pan", ("pan", "track", "sweep", "훑")),
)
SOUNDS = {"beach": "waves", "city": "street", "forest": "birds", "space": "hum", "night": "street", "studio": "room"}

_QUOTED = re.compile(r'"([^"]+)"|“([^”]+)”|「([^」]+)」|『([^』]+)』|‘([^’]+)’|(?<!\w)\'([^\']+)\'(?!\w)')


class PlanError(ValueError):
    """The prompt or the sizes asked for cannot become a plan; the message says which."""


class Line(msgspec.Struct, frozen=True):
    """One sentence spoken by one cameo."""

    cameo: str
    text: str


class Scene(msgspec.Struct, frozen=True):
    """One shot: `cameos` are stream ids, `setting`, `camera` and `sound` are names an engine draws or plays."""

    cameos: tuple[str, ...]
    setting: str
    camera: str
    action: str
    lines: tuple[Line, ...]
    sound: str
    duration_ms: int


class Plan(msgspec.Struct, frozen=True):
    """A film: scenes in order, its size and rate, and the handle that its visible mark shows."""

    scenes: tuple[Scene, ...]
    width_px: int
    height_px: int
    fps: int
    mark: str

    @property
    def duration_ms(self) -> int:
        """Length of the whole film."""
        return sum(scene.duration_ms for scene in self.scenes)

    @property
    def frames(self) -> int:
        """Number of frames of the whole film, rounded down, at least one."""
        return max(1, self.duration_ms * self.fps // 1000)

    @property
    def cameos(self) -> tuple[str, ...]:
        """Every cameo shown, once each, in order of appearance."""
        return tuple(dict.fromkeys(cameo for scene in self.scenes for cameo in scene.cameos))


def plan_from_prompt(
    prompt: str,
    cameo: str,
    handle: str,
    *,
    width_px: int = 512,
    height_px: int = 512,
    fps: int = 24,
    duration_ms: int | None = None,
) -> Plan:
    """Make a one-scene plan of a sentence such as `on a beach, saying "hello there"`.

    The first quoted passage is what the cameo says; without one, nobody speaks. Without a duration the film lasts
    5 s, or as long as the line probably takes. Raises PlanError.
    """
    spoken, rest = _spoken_line(prompt)
    if duration_ms is None:
        duration_ms = max(SHORTEST_MS, LINE_LEAD_MS + LINE_MS_PER_CHAR * len(spoken))
    _check_size(width_px, height_px, fps, duration_ms)
    handle = " ".join(handle.split())
    if not handle or len(handle) > HANDLE_MAX_CHARS:
        raise PlanError(f"a mark needs a handle of 1 to {HANDLE_MAX_CHARS} characters")
    setting = _named_by(rest, SETTING_WORDS, DEFAULT_SETTING)
    scene = Scene(
        cameos=(cameo,),
        setting=setting,
        camera=_named_by(rest, CAMERA_WORDS, "drift"),
        action=" ".join(rest.split()),
        lines=(Line(cameo, spoken),) if spoken else (),
        sound=SOUNDS[setting],
        duration_ms=duration_ms,
    )
    return Plan((scene,), width_px, height_px, fps, handle)


def shared_by(plan: Plan, cameos: Sequence[str]) -> Plan:
    """Put these cameos into every scene of a plan, in this order; lines stay with who speaks them."""
    scenes = tuple(msgspec.structs.replace(scene, cameos=tuple(cameos)) for scene in plan.scenes)
    return msgspec.structs.replace(plan, scenes=scenes)


def canonical_bytes(plan: Plan) -> bytes:
    """Encode a plan as JSON with sorted keys and no spaces: equal plans give equal bytes."""
    return msgspec.json.encode(plan, order="sorted")


def plan_from_bytes(data: bytes) -> Plan:
    """Decode what `canonical_bytes` made. Raises PlanError on anything else."""
    try:
        return msgspec.json.decode(data, type=Plan)
    except msgspec.MsgspecError as error:
        raise PlanError(f"not a plan: {error}") from error


def _spoken_line(prompt: str) -> tuple[str, str]:
    found = _QUOTED.search(prompt)
    if found is None:
        return "", prompt
    spoken = " ".join(next(part for part in found.groups() if part is not None).split())
    if len(spoken) > LINE_MAX_CHARS:
        raise PlanError(f"the spoken line is longer than {LINE_MAX_CHARS} characters")
    return spoken, prompt[: found.start()] + " " + prompt[found.end() :]


def _named_by(text: str, table: tuple[tuple[str, tuple[str, ...]], ...], default: str) -> str:
    lowered = text.lower()
    for name, words in table:
        if any(re.search(rf"(?<!\w){re.escape(word)}", lowered) for word in words):
            return name
    return default


def _check_size(width_px: int, height_px: int, fps: int, duration_ms: int) -> None:
    for name, value, low, high in (
        ("width_px", width_px, 256, WIDEST_PX),
        ("height_px", height_px, 256, WIDEST_PX),
        ("fps", fps, 1, 60),
        ("duration_ms", duration_ms, 40, 60_000),
    ):
        if not low <= value <= high:
            raise PlanError(f"{name} must be {low} to {high}, not {value}")
    if width_px % 2 or height_px % 2:
        raise PlanError("width_px and height_px must be even, for H.264")
