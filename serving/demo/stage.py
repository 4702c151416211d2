"""The stage of the demo: an installation of its own, clients for each person, and the steps as they happen."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.places import Places
from infra.settings import Settings
from infra.supervise.daemon import Daemon
from infra.supervise.down import down
from infra.supervise.prepare import prepare
from infra.supervise.up import Up
from serving.client import Client

WAIT_S = 240.0
"""How long a step waits for what must come; a render takes tens of seconds on two cores."""


class StepError(Exception):
    """A step did not show what it must."""


@dataclass
class Step:
    """One step as report.json tells it."""

    name: str
    ok: bool = False
    seconds: float = 0.0
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass
class Stage:
    """Everything a step needs: where it plays, who plays, what was shown so far."""

    folder: Path
    places: Places
    settings: Settings
    daemon: Daemon
    steps: list[Step] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)
    _clients: dict[str, Client] = field(default_factory=dict)

    def client(self, name: str) -> Client:
        """Connect as somebody whose token this demo knows (`operator`, `auditor`, or a person it registered)."""
        if name not in self._clients:
            token = (self.settings.var / "tokens" / name).read_text(encoding="utf-8").strip()
            self._clients[name] = Client(self.settings.api, token, timeout_s=60)
        return self._clients[name]

    def register(self, name: str, *scopes: str) -> dict[str, Any]:
        """Register a person, or somebody with other scopes; what was made of it, and a client of theirs from now on."""
        body = {"handle": name, "region": "KR", "locale": "ko"} | ({"scopes": list(scopes)} if scopes else {})
        return self._arrived(name, self.client("operator").call("POST", "/v1/accounts", body))

    def second_operator(self, name: str) -> dict[str, Any]:
        """Register the operator beside the one of the beginning, whom that one may appoint alone; as `register`."""
        made = self.register(name)
        proposed = self.client("operator").call("POST", "/v1/roles", {"account": f"@{name}", "role": "operator"})
        return self._arrived(name, made | self.client(name).call("POST", "/v1/accounts/me/roles", {"codes": proposed["codes"]}))

    def _arrived(self, name: str, made: dict[str, Any]) -> dict[str, Any]:
        self._clients[name] = Client(self.settings.api, made["token"], timeout_s=60)
        return made

    def play(self, name: str, step: Callable[[Stage], dict[str, Any]]) -> bool:
        """Play one step, show it, and remember how it went. A step that raises differs; the demo goes on."""
        number = len(self.steps) + 1
        say(f"\n{number:>2} {name}")
        one = Step(name)
        self.steps.append(one)
        begun_s = time.monotonic()
        try:
            one.detail = step(self)
            one.ok = True
        except Exception as error:  # noqa: BLE001 -- a step that differs is reported, and what follows is still shown
            one.detail = {"differs": f"{type(error).__name__}: {error}", "where": traceback.format_exc(limit=-3)}
        one.seconds = round(time.monotonic() - begun_s, 3)
        for key, value in one.detail.items():
            say(f"     {key}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}")
        say(f"     {'ok' if one.ok else 'DIFFERS'}  {one.seconds:.1f} s")
        return one.ok


def wait_for(what: str, look: Callable[[], Any], *, within_s: float = WAIT_S, every_s: float = 0.05) -> Any:
    """Look until something is there; raises StepError naming what did not come."""
    until_s = time.monotonic() + within_s
    while time.monotonic() < until_s:
        found = look()
        if found:
            return found
        time.sleep(every_s)
    message = f"{what} did not come within {within_s:.0f} s"
    raise StepError(message)


def require(condition: object, otherwise: str) -> None:
    """Raise StepError unless something is so."""
    if not condition:
        raise StepError(otherwise)


def say(text: str) -> None:
    """Show a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _empty(folder: Path) -> None:
    """Make the folder anew. Raises StepError for one that holds anything and was not left by a demo."""
    if folder.exists() and any(folder.iterdir()) and not (folder / "installation").is_dir():
        raise StepError(f"{folder} holds something that no demo left: name an empty folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


@contextmanager
def open_stage(folder: Path) -> Iterator[Stage]:
    """Bring up a fresh installation under the folder, and end it whatever happens."""
    _empty(folder)
    environ = {key: value for key, value in os.environ.items() if not key.startswith("CAMEO_")}
    kept = {key: os.environ[key] for key in ("CAMEO_CACHE", "CAMEO_CORPUS") if key in os.environ}
    environ |= kept | {"CAMEO_VAR": str(folder / "installation")}
    places = Places.from_env(environ)
    installation = prepare(environ, places)
    settings = installation.settings
    try:
        Up(installation, say).run()
        yield Stage(folder, places, settings, Daemon(settings.run, settings.logs))
    finally:
        ended = down(places.run, places.var / "logs", say)
        say(f"     down: {len(ended.stopped)} parts in {ended.took_s:.1f} s, {len(ended.killed)} left over")
