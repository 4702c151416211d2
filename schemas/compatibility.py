"""Owns what may change between two published vocabularies, and says what may not. Does not publish, nor read the record.

A reader keeps what it learned: bytes of an event version mean for ever what they meant, so a version may not change,
disappear, lose or gain a field, or tighten. What is new is a new version or a new name. Words about a schema
(title, description, the name of a class) are not the schema. Of AsyncAPI, channels, messages, operations and headers
may only be added.

`python -m schemas.compatibility --baseline FOLDER [--today FOLDER]`; exit code 0 only when nothing broke.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from schemas.publish import FOLDER

Schema = Mapping[str, Any]
Vocabulary = Mapping[str, Schema]
"""File name to its JSON, as `schemas/published` holds it."""

ASYNCAPI = "asyncapi.json"
CONSENT = "x-moves-consent-revision"
_FILE = re.compile(r"(?P<name>[a-z_]+(\.[a-z_]+)?)\.v(?P<version>[1-9][0-9]*)\.json")
_WORDS = frozenset({"title", "description", "$schema", "$defs"})
_UNORDERED = frozenset({"required", "enum", "x-sealed-fields"})


def breaks(before: Vocabulary, after: Vocabulary) -> list[str]:
    """Tell what of `before` no longer holds in `after`, one line each; empty where every old reader and writer lives on."""
    found = [*_versions(after)]
    for name in sorted(before.keys() - {ASYNCAPI}):
        if name not in after:
            found.append(f"{name}: disappeared")
        else:
            found += _event(name, before[name], after[name])
    if ASYNCAPI in before:
        found += _asyncapi(before[ASYNCAPI], after.get(ASYNCAPI, {}))
    return found


def _versions(after: Vocabulary) -> Iterator[str]:
    """New versions follow the old ones without a gap, in the same stream; a new name begins with 1."""
    known: dict[str, dict[int, Schema]] = {}
    for file in after:
        if (match := _FILE.fullmatch(file)) is not None:
            known.setdefault(match["name"], {})[int(match["version"])] = after[file]
        elif file != ASYNCAPI:
            yield f"{file}: neither an event's version nor {ASYNCAPI}"
    for name, versions in sorted(known.items()):
        if sorted(versions) != list(range(1, len(versions) + 1)):
            yield f"{name}: versions {sorted(versions)}, not one after the other from 1"
        if len({schema.get("x-stream") for schema in versions.values()}) > 1:
            yield f"{name}: its versions belong to different kinds of stream"


def _event(file: str, before: Schema, after: Schema) -> Iterator[str]:
    if before.get(CONSENT) and not after.get(CONSENT):
        yield f"{file}: no longer moves the consent revision, so that what is held would not notice it"
    yield from _unlike(file, _plain(before, before), _plain(after, after))


def _plain(schema: object, root: Schema) -> object:
    """Resolve references and leave out words, so that two schemas are equal when they accept the same."""
    if isinstance(schema, Mapping):
        found = cast("Mapping[str, Any]", schema)
        if "$ref" in found:
            target = root["$defs"][str(found["$ref"]).removeprefix("#/$defs/")]
            found = {**target, **{key: value for key, value in found.items() if key != "$ref"}}
        return {
            key: {name: _plain(one, root) for name, one in value.items()} if key == "properties" else _value(key, value, root)
            for key, value in found.items()
            if key not in _WORDS and key != CONSENT
        }
    if isinstance(schema, list):
        return [_plain(one, root) for one in cast("list[Any]", schema)]
    return schema


def _value(key: str, value: object, root: Schema) -> object:
    if key in _UNORDERED and isinstance(value, list):
        return sorted(cast("list[str]", value), key=str)
    return _plain(value, root)


def _unlike(at: str, before: object, after: object) -> Iterator[str]:
    """Name every place where two plain values differ."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        old, new = cast("Mapping[str, Any]", before), cast("Mapping[str, Any]", after)
        for key in sorted(old.keys() | new.keys()):
            where = f"{at} {key}" if key != "properties" else at
            if key not in new:
                yield f"{where}: disappeared"
            elif key not in old:
                yield f"{where}: appeared in a version that was published"
            else:
                yield from _unlike(where, old[key], new[key])
    elif before != after:
        yield f"{at}: was {json.dumps(before)}, is {json.dumps(after)}"


def _asyncapi(before: Schema, after: Schema) -> Iterator[str]:
    """Channels, messages, operations and headers stay as they are; more of them may come."""
    old_version, new_version = str(before.get("asyncapi")).split(".")[0], str(after.get("asyncapi")).split(".")[0]
    if old_version != new_version:
        yield f"{ASYNCAPI}: was of AsyncAPI {old_version}, is of {new_version}"
    for part in ("channels", "operations", "components"):
        yield from _grown(f"{ASYNCAPI} {part}", before.get(part, {}), after.get(part, {}))


def _grown(at: str, before: object, after: object) -> Iterator[str]:
    """Name what of a part of AsyncAPI is gone or another; what is only there now is no difference."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        old, new = cast("Mapping[str, Any]", before), cast("Mapping[str, Any]", after)
        for key in sorted(old.keys() - {"title", "summary", "description"}):
            if key not in new:
                yield f"{at} {key}: disappeared"
            else:
                yield from _grown(f"{at} {key}", old[key], new[key])
    elif isinstance(before, list) and isinstance(after, list):
        gone = [one for one in cast("list[Any]", before) if one not in after]
        if gone:
            yield f"{at}: no longer {json.dumps(gone)}"
    elif before != after:
        yield f"{at}: was {json.dumps(before)}, is {json.dumps(after)}"


def vocabulary_in(folder: Path) -> dict[str, Schema]:
    """Read a folder of published files. Raises OSError, json.JSONDecodeError."""
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def main(arguments: list[str] | None = None) -> int:
    """Compare two folders of published files, and print what broke."""
    parser = argparse.ArgumentParser(description="Tell whether a published vocabulary still holds everything of an older one.")
    parser.add_argument("--baseline", type=Path, required=True, help="folder of the older vocabulary")
    parser.add_argument("--today", type=Path, default=FOLDER, help="folder of the newer one (default: schemas/published)")
    chosen = parser.parse_args(arguments)
    before, after = vocabulary_in(chosen.baseline), vocabulary_in(chosen.today)
    if not before:
        parser.error(f"{chosen.baseline} holds no published files")
    found = breaks(before, after)
    new = sorted(after.keys() - before.keys())
    for line in found:
        sys.stdout.write(f"broken  {line}\n")
    for name in new:
        sys.stdout.write(f"new     {name.removesuffix('.json')}\n")
    sys.stdout.write(f"{len(before)} files held against {len(after)}: {len(found)} broken, {len(new)} new\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
