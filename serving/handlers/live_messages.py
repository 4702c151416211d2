"""Owns what is said over a live connection: its client's first and last words, and a step as it is shown. Keeps no session."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from identity.core.lighting import SLOT_US
from identity.core.live_plan import Planned
from serving.errors import InvalidError


def shown(number: int, step: Planned) -> dict[str, Any]:
    """A step as its client reads it."""
    told: dict[str, Any] = {"type": "step", "step": number, "do": step.kind, "what": list(step.what)}
    if step.kind == "light":
        return told | {"each_ms": SLOT_US // 1000}
    return told if step.kind == "hold" else told | {"begin_within_ms": step.begin_us // 1000}


Text = Annotated[str, msgspec.Meta(max_length=400)]


class Hello(msgspec.Struct, frozen=True, tag_field="type", tag="hello"):
    """A client's first words: who it is, on which device, and what it records with."""

    token: Text = ""
    app_key: Text = ""
    device: Text = ""
    client: Text = ""
    camera: Text = ""


class End(msgspec.Struct, frozen=True, tag_field="type", tag="end"):
    """A client's last words: everything was sent."""


def read_hello(text: str) -> Hello:
    """Read a client's first message. Raises InvalidError."""
    try:
        return msgspec.json.decode(text, type=Hello)
    except msgspec.MsgspecError:
        raise InvalidError("live.message", "the first message is a hello", 'send {"type": "hello", "token": "cameo_...", ...}') from None


def read_end(text: str) -> None:
    """Read a client's last message. Raises InvalidError for any other."""
    try:
        msgspec.json.decode(text, type=End)
    except msgspec.MsgspecError:
        remedy = 'send binary messages, then {"type": "end"}'
        raise InvalidError("live.message", "a session takes pieces of a recording and an end", remedy) from None
