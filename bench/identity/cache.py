"""Keeps what is slow to make, by what it was made of: a recipe, the name of the maker, the maker's own source. Makes nothing.

Each block (face track, picture, sound, light, words) is kept apart, so that a changed extractor costs only its own block.
The folder is var/cache/identity-bench (CAMEO_BENCH_CACHE): real people's features, never in the repository.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from infra.places import ROOT

_T = TypeVar("_T")
_READ_ERRORS: Final = (OSError, EOFError, pickle.UnpicklingError, AttributeError, ImportError, TypeError)


def folder() -> Path:
    """Where blocks are kept."""
    return Path(os.environ.get("CAMEO_BENCH_CACHE") or ROOT / "var" / "cache" / "identity-bench")


def source_of(*made_by: Any) -> str:
    """Digest of the source of functions, classes or modules, and of plain values given as they are."""
    told = hashlib.sha256()
    for one in made_by:
        written = inspect.getsource(one) if callable(one) or inspect.ismodule(one) else repr(one)
        told.update(written.encode() + b"\0")
    return told.hexdigest()[:16]


def key_of(recipe: object, block: str, source: str) -> Path:
    """The file that a block is kept in. `recipe` must have a `repr` that says everything about it."""
    digest = hashlib.sha256(f"{recipe!r}\0{source}".encode()).hexdigest()[:32]
    return folder() / block / digest[:2] / f"{digest}.pickle"


def kept(recipe: object, block: str, source: str, make: Callable[[], _T]) -> _T:
    """Give the block kept for this recipe and source, or make and keep it. Two processes may make the same at once."""
    path = key_of(recipe, block, source)
    try:
        with path.open("rb") as file:
            return pickle.load(file)
    except _READ_ERRORS:
        pass
    found = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        pickle.dump(found, file, protocol=5)
    Path(file.name).replace(path)
    return found


def cached(block: str, *made_by: Any) -> Callable[[Callable[..., _T]], Callable[..., _T]]:
    """Decorate a function of one recipe (its arguments, by `repr`): its answer is kept while it and `made_by` do not change.

    `made_by`: the functions, classes and modules whose source the answer depends on, beside the function itself. An
    argument whose name begins with an underscore is not part of the recipe: models go there.
    """

    def wrap(make: Callable[..., _T]) -> Callable[..., _T]:
        source = source_of(make, *made_by)
        names = list(inspect.signature(make).parameters)

        def call(*given: Any) -> _T:
            recipe = tuple(value for name, value in zip(names, given, strict=True) if not name.startswith("_"))
            return kept(recipe, block, source, lambda: make(*given))

        return call

    return wrap


def of_file(path: Path) -> str:
    """Digest of a file's bytes, for a recipe that must follow a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]
