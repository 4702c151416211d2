"""One installation for what happens live on it, and who enrolled there."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.demo.stage import Stage, open_stage
from tests.e2e.live import Enrolled


@pytest.fixture(scope="package")
def stage() -> Iterator[Stage]:
    folder = Path(tempfile.mkdtemp(prefix="cl-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        with open_stage(folder / "stage") as found:
            yield found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="package")
def enrolled(stage: Stage) -> Enrolled:
    return Enrolled(stage)
