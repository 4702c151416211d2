"""One file an event version, never edited: yesterday's bytes read today. `python -m tests.golden.schemas.test_golden` adds missing ones."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pytest

from schemas import codec
from schemas.envelope import Envelope, Sealed
from schemas.publish import FOLDER, published
from schemas.registry import EventType, all_types

GOLDEN = Path(__file__).parent / "bytes"


def sample(kind: EventType) -> bytes:
    """Make the one sample envelope of an event version, from its types alone."""
    data = {name: _value(hint, name) for name, hint in get_type_hints(kind.cls).items() if not name.startswith("_")}
    stream = f"{kind.stream}-{'main' if kind.stream in ('policy', 'switch') else '0' * 32}"
    return codec.encode(
        Envelope(
            tenant="main", stream=stream, revision=3, position=41, event_id="5eed", type=kind.name,
            version=kind.version, actor="account-" + "a" * 32, acting_as=None, app=None, correlation="c0ffee",
            causation=None, time_us=1_790_000_000_123_456, data=data,
            sealed={name: Sealed(key_id="k1", nonce=b"\x01" * 12, ciphertext=b"\x02" * 20) for name in kind.sealed},
        )
    )  # fmt: skip


def _value(hint: Any, name: str) -> Any:
    options = get_args(hint)
    if get_origin(hint) is tuple:
        return [_value(options[0], name)]
    if get_origin(hint) is dict:
        return {"key": 1}
    if type(None) in options:
        return _value(next(option for option in options if option is not type(None)), name)
    if options:
        return options[0]
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return {field: _value(inner, field) for field, inner in get_type_hints(hint).items() if not field.startswith("_")}
    return {str: f"some-{name}", int: 12, bool: True}[hint]


@pytest.mark.parametrize("kind", all_types(), ids=lambda kind: f"{kind.name}.v{kind.version}")
def test_golden_bytes_still_read_and_are_still_written(kind: EventType) -> None:
    golden = (GOLDEN / f"{kind.name}.v{kind.version}.json").read_bytes()
    assert codec.encode(codec.decode(golden)) == golden
    assert sample(kind) == golden


def test_no_golden_file_is_orphaned() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {f"{kind.name}.v{kind.version}.json" for kind in all_types()}


def test_the_published_schemas_are_fresh() -> None:
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()} == published()


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for event_type in all_types():
        path = GOLDEN / f"{event_type.name}.v{event_type.version}.json"
        if not path.exists() or "--before-first-release" in sys.argv:
            path.write_bytes(sample(event_type))
