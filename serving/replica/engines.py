"""Owns which engines a replica can run, by name; imports an engine only when it is asked for."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serving.engines.port import Engine


class UnknownEngineError(Exception):
    """No engine has this name."""


def engine_named(name: str) -> Engine:
    """Make an engine. Raises UnknownEngineError, ImportError where the machine lacks what it needs."""
    if name == "trivial":
        from serving.engines.trivial import TrivialEngine  # noqa: PLC0415

        return TrivialEngine()
    if name == "portrait":
        return importlib.import_module("serving.engines.portrait").PortraitEngine()
    raise UnknownEngineError(name)
