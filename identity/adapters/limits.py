"""Owns how much of a hostile file we are willing to read. Does not read it. Standard library only: the decoding child imports it."""

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_SECONDS = 40
MIN_SECONDS = 2
MAX_FRAMES = 1500
MAX_PACKETS = 12_000
"""Of 40 s of picture at 30 frames a second and sound in pieces of 5 ms, with room: packets that hold no frame are counted too."""
MAX_GAP_S = 3.0
"""Between two frames. A choice, unmeasured: a camera that stands still for longer gives a recording with a hole in it."""
MAX_BACK_S = 0.05
"""How far a frame may lie behind the one before it: rounding in containers, no more. A choice, unmeasured."""
MAX_APART_S = 3.0
"""Between the lengths of picture and sound. A choice, unmeasured: a browser stops both tracks together."""
SILENT_PEAK = 16
"""Of 32768 (-66 dB): a microphone that is switched off; every room is louder. A choice, unmeasured."""
BLACK_MEAN = 10.0
"""Mean grey (0..255) that the brightest frame of a covered camera does not reach. A choice, unmeasured."""
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
CHILD_OPEN_FILES = 3
"""Standard input, output and error: once it reads, the child opens nothing more, file or socket."""

CODES = frozenset(
    {
        "media.unreadable",
        "media.codec",
        "media.too_large",
        "media.too_long",
        "media.too_short",
        "media.resolution",
        "media.timeout",
        "media.no_video",
        "media.no_audio",
        "media.clock",
        "media.lengths",
        "media.silent",
        "media.black",
    }
)
"""All that the child may answer with."""

MAX_PICTURE_BYTES = 12 * 1024 * 1024
MAX_PICTURE_PIXELS = 50_000_000
"""A photograph by a telephone has 12 to 50 million."""
PICTURE_WALL_S = 20
