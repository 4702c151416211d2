"""Owns how much of a hostile file we are willing to read. Does not read it. Standard library only: the decoding child imports it."""

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_SECONDS = 40
MIN_SECONDS = 2
MAX_FRAMES = 1500
MIN_SIDE_PX = 240
MAX_SIDE_PX = 2560
MAX_PIXELS = 2560 * 1440
MAX_SAMPLES_HZ = 96_000
SOUND_CLOCK_STEP_US = 20_000
MAX_SOUND_CLOCK = 4096
MAX_CLOCK_US = 86_400_000_000
MAX_TAG_CHARS = 200
MAX_TAGS = 24

CHILD_CPU_S = 90
CHILD_WALL_S = 120
CHILD_MEMORY_BYTES = 2 * 1024**3
CHILD_OPEN_FILES = 32

CODES = frozenset(
    {
        "media.unreadable",
        "media.too_large",
        "media.too_long",
        "media.too_short",
        "media.resolution",
        "media.timeout",
        "media.no_video",
        "media.no_audio",
    }
)
"""All that the child may answer with."""
