"""Owns replacing a file of the secrets folder so that a crash leaves the old one or the new one. Does not know what is in it."""

from __future__ import annotations

import os
from pathlib import Path


def replace_secret(path: Path, content: bytes) -> None:
    """Write a file of mode 600 in place of another; durable when it returns. Raises OSError."""
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
