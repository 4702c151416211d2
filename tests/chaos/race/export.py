"""Exports a ledger the way `cameo events export --jsonl` does, to a file, and reads it back as any stranger would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from streams.export import cloud_events
from streams.ports import EventStore


def exported(store: EventStore, folder: Path) -> list[dict[str, Any]]:
    path = folder / "events.jsonl"
    with path.open("w", encoding="utf-8") as out:
        for event in cloud_events(store):
            out.write(json.dumps(event, ensure_ascii=False) + "\n")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
