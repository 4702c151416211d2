"""Owns the OpenAPI document as checked in, which clients are made from. `python -m serving.api.document` writes it anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

from serving.api.app import make_app
from serving.api.context import Parts

DOCUMENT = Path(__file__).parent / "openapi.json"


def document() -> str:
    """Make the document's text from the routes; needs no installation."""
    made = make_app(cast("Parts", None)).openapi()
    return json.dumps(cast("dict[str, Any]", made), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
