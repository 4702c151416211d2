"""One installation for what happens live on it, and who enrolled there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from serving.demo.stage import Stage, open_stage
from tests.e2e.live import Enrolled
from tests.parts import short_folder


@pytest.fixture(scope="package")
def stage() -> Iterator[Stage]:
    folder = short_folder()
    try:
        with open_stage(folder / "stage") as found:
            yield found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="package")
def enrolled(stage: Stage) -> Enrolled:
    return Enrolled(stage)
