"""A whole installation for chaos: every part as `cameo up` starts it, and a world that speaks to it directly."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from identity.keys.client import KeyholderClient
from serving.demo.stage import Stage, open_stage
from tests.parts import short_folder
from tests.world import World


@dataclass
class Whole:
    """An installation that runs, and the roles' own ways into it."""

    stage: Stage
    clients: dict[str, KeyholderClient] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world = World(self.stage.settings.dsn, self.keyholder, self.stage.settings.tenant)

    def keyholder(self, role: str) -> KeyholderClient:
        if role not in self.clients:
            settings = self.stage.settings
            self.clients[role] = KeyholderClient(settings.keyholder_socket, settings.secret(f"token-{role}").decode())
        return self.clients[role]


@pytest.fixture(scope="session")
def whole() -> Iterator[Whole]:
    folder = short_folder()
    try:
        with open_stage(folder / "stage") as stage:
            held = Whole(stage)
            yield held
            held.world.close()
    finally:
        kept = os.environ.get("CAMEO_KEEP_LOGS")
        if kept:
            shutil.copytree(folder / "stage/installation/logs", kept, dirs_exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
