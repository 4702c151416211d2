"""The served policy for this suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.parts import OpaPart
from tests.policy_parts import ServedPolicy, serve_policy


@pytest.fixture(scope="module")
def served(short_tmp: Path, opa_binary: Path, opa_server: Callable[..., OpaPart]) -> Iterator[ServedPolicy]:
    """A real OPA that serves the policy of this checkout."""
    yield from serve_policy(short_tmp, opa_binary, opa_server)
