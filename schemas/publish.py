"""Publishing the vocabulary: JSON Schema per event and one AsyncAPI 3 document. Writes nothing by itself but `main`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from schemas import codec
from schemas.envelope import Envelope
from schemas.ids import PARTITIONS
from schemas.registry import EventType, all_types

FOLDER = Path(__file__).parent / "published"
TOPIC = "cameo.events"


def published() -> dict[str, str]:
    """Render every published file: name to text. Pure, so that a test can hold the folder against it."""
    files = {f"{kind.name}.v{kind.version}.json": _json(_event_schema(kind)) for kind in all_types()}
    files["envelope.v1.json"] = _json(msgspec.json.schema(Envelope))
    files["asyncapi.json"] = _json(_asyncapi())
    return files


def _event_schema(kind: EventType) -> dict[str, Any]:
    schema = msgspec.json.schema(kind.cls)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{kind.name} v{kind.version}",
        **schema,
        "x-stream": kind.stream,
        "x-moves-consent-revision": kind.consent,
        "x-sealed-fields": list(kind.sealed),
    }


def _asyncapi() -> dict[str, Any]:
    messages = {
        f"{kind.name}.v{kind.version}": {
            "name": kind.name,
            "title": (kind.cls.__doc__ or "").strip().split("\n")[0],
            "contentType": "application/json",
            "headers": {"$ref": "#/components/schemas/cloudEventHeaders"},
            "payload": {"$ref": "./envelope.v1.json"},
            "x-data": {"$ref": f"./{kind.name}.v{kind.version}.json"},
        }
        for kind in all_types()
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Cameo events",
            "version": "1.0.0",
            "description": "CloudEvents in binary mode. The value is the canonical envelope, whose SHA-256 leaf is logged.",
            "license": {"name": "Apache-2.0"},
        },
        "channels": {
            "events": {
                "address": TOPIC,
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                "bindings": {"kafka": {"topic": TOPIC, "partitions": PARTITIONS}},
            }
        },
        "operations": {"publish": {"action": "send", "channel": {"$ref": "#/channels/events"}, "summary": "The relay publishes."}},
        "components": {
            "messages": messages,
            "schemas": {"cloudEventHeaders": _headers()},
        },
    }


def _headers() -> dict[str, Any]:
    names = (
        "ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "ce_subject", "content-type",
        "logindex", "partitionseq", "relayepoch",
    )  # fmt: skip
    return {"type": "object", "required": list(names), "properties": {name: {"type": "string"} for name in names}}


def _json(value: object) -> str:
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the published folder anew."""
    FOLDER.mkdir(exist_ok=True)
    wanted = published()
    for path in FOLDER.glob("*.json"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(wanted)} files in {FOLDER} ({len(codec.VOCABULARY)} modules)\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
