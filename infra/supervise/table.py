"""Owns the table of parts: name, command, what each needs before it starts, the one-off steps that follow or precede it.

Does not own starting them (infra.supervise.up). Order of the table is the order in which they are shown.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field

from infra.errors import InstallationError


@dataclass(frozen=True, slots=True)
class Part:
    """One process.

    module: our own process, started as `python -m module`; None for a foreign part (infra.supervise.foreign)
    needs: parts that must be ready first
    before, after: steps, run to their end before it starts and once it answers (before anything that needs it starts): our
        modules with arguments, which may name {bundles} and {secrets}
    outside: the variable that gives its address when somebody else runs it
    stop_s: how long it may take to stop before it is killed
    """

    name: str
    needs: tuple[str, ...] = ()
    module: str | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    outside: str | None = None
    stop_signal: str = "TERM"
    stop_s: int = 6
    arguments: tuple[str, ...] = field(default=())


PARTS = (
    Part("postgres", after=("streams.migrate", "serving.migrate"), outside="CAMEO_POSTGRES", stop_signal="INT", stop_s=4),
    Part("kafka", after=("streams.topics",), outside="CAMEO_KAFKA", stop_s=4),
    Part("opa", before=("policy.bundle --out {bundles}/policy.tar.gz --key {secrets}/bundle.key",), outside="CAMEO_OPA_SOCKET", stop_s=3),
    Part("opa-keyholder", ("opa",), outside="CAMEO_KEYHOLDER_OPA_SOCKET", stop_s=3),
    Part(
        "keyholder",
        ("postgres", "kafka", "opa-keyholder"),
        "serving.keyholder",
        before=("serving.opening",),
        outside="CAMEO_KEYHOLDER_SOCKET",
    ),
    Part("relay", ("postgres", "kafka"), "streams.relay"),
    Part("feeder", ("postgres", "kafka", "relay"), "streams.feeder"),
    Part("worker", ("postgres", "kafka", "keyholder"), "streams.worker"),
    Part("judge", ("postgres", "keyholder"), "serving.judge"),
    Part("serve", ("opa", "keyholder", "feeder"), "serving.deployments", outside="CAMEO_SERVE"),
    Part("dispatcher", ("postgres", "keyholder"), "serving.dispatcher"),
    Part("api", ("postgres", "keyholder"), "serving.api", outside="CAMEO_API"),
)
BY_NAME = {part.name: part for part in PARTS}
FOREIGN = tuple(part.name for part in PARTS if part.module is None)


class UnknownPartError(InstallationError):
    """There is no part of that name."""


def chosen(only: tuple[str, ...]) -> tuple[Part, ...]:
    """Return the parts of those names in table order, or all; raises UnknownPartError."""
    unknown = [name for name in only if name not in BY_NAME]
    if unknown:
        raise UnknownPartError(f"no part is called {', '.join(unknown)}; there are {', '.join(BY_NAME)}")
    return tuple(part for part in PARTS if not only or part.name in only)


def is_present(module: str) -> bool:
    """Say whether one of our modules is part of this checkout."""
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False
