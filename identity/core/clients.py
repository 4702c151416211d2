"""Owns what a recording made by a browser or a phone looks like, and what contradicts it. Proves nothing: anybody can say a name.

Only Chromium's row is measured (156 on Linux, a fake camera fed with a real face, six recordings of six seconds in five
codecs); the others follow their makers' sources and documentation and are unmeasured here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from identity.core.features import MediaFacts


@dataclass(frozen=True)
class Client:
    """One family: how it names itself, what it writes. `application`: what a Matroska file of its making says."""

    name: str
    named: re.Pattern[str]
    containers: dict[str, tuple[frozenset[str], frozenset[str]]]
    """Container -> video codecs, sound codecs."""
    application: re.Pattern[str] | None = None
    source: str = "its maker's documentation, unmeasured"


_H26: Final = frozenset({"h264", "hevc"})
_VP: Final = frozenset({"vp8", "vp9", "av1", "libdav1d"})
_OPUS: Final = frozenset({"opus"})
CLIENTS: Final[tuple[Client, ...]] = (
    Client(
        "firefox",
        re.compile(r"firefox/|fxios/", re.IGNORECASE),
        {"matroska": (frozenset({"vp8", "vp9"}), frozenset({"opus", "vorbis"}))},
        re.compile(r"qtmuxingapplibwebm|qtwritingapplibwebm|mozilla|firefox", re.IGNORECASE),
    ),
    Client(
        "ios",
        re.compile(r"iphone|ipad|crios/|version/[\d.]+ .*safari/", re.IGNORECASE),
        {"mov": (_H26 | frozenset({"av1", "libdav1d"}), frozenset({"aac", "opus", "pcm_s16le"})), "matroska": (_VP, _OPUS)},
    ),
    Client(
        "chrome",
        re.compile(r"chrome/|chromium|edg/|opr/|samsungbrowser", re.IGNORECASE),
        {"matroska": (_VP | frozenset({"h264"}), frozenset({"opus", "pcm_s16le"})), "mov": (_VP | _H26, frozenset({"aac", "opus"}))},
        re.compile(r"^chrome", re.IGNORECASE),
        "six recordings by Chromium 156 (docs/identity.md, Picture)",
    ),
    Client(
        "phone",
        re.compile(r"android|okhttp|cameo-app", re.IGNORECASE),
        {"mov": (_H26 | frozenset({"vp8", "vp9"}), frozenset({"aac"})), "matroska": (_VP, frozenset({"opus", "vorbis"}))},
    ),
)
"""In order: every browser calls itself some other one as well, Chrome calls itself Safari, and Chrome on Android names Android."""


def client_of(told: str) -> Client | None:
    """Tell the family of what a client said, or of a family's name; None for what is in no row, such as our own command line."""
    return next((client for client in CLIENTS if told == client.name or client.named.search(told)), None)


def family_of(told: str) -> str:
    """Tell what is kept of what a client said: its family's name, for its version and system are its owner's. Empty: in no row."""
    client = client_of(told)
    return "" if client is None else client.name


def contradictions(media: MediaFacts, told: str) -> tuple[str, ...]:
    """Name what this client would not have written; empty for a client that is in no row, or that said nothing."""
    client = client_of(told)
    if client is None:
        return ()
    if media.container not in client.containers:
        return ("container",)
    video, sound = client.containers[media.container]
    found = [
        what for what, codec, usual in (("video", media.video_codec, video), ("sound", media.audio_codec, sound)) if codec not in usual
    ]
    if media.container == "matroska" and client.application is not None and not _names(media.encoder_tags, client.application):
        found.append("application")
    return tuple(found)


def _names(tags: Sequence[str], application: re.Pattern[str]) -> bool:
    """Every application that the file names is the client's; a file that names none was not written by it."""
    named = [tag.split("=", 1)[1].strip("\0 ") for tag in tags if tag.startswith(("application=", "encoder="))]
    return bool(named) and all(application.search(name) for name in named)
