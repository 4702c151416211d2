"""Engines by name, and the obligations that each honours, for who asks before any engine is at hand. Runs none."""

from __future__ import annotations

from collections.abc import Mapping

HONOURS: Mapping[str, tuple[str, ...]] = {"portrait": ("visible_mark",), "trivial": ("visible_mark",)}
"""As the engines themselves say (`Engine.honours`), which a test holds this to."""
