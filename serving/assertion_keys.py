"""Owns the keys that assertions are signed with, in the secrets folder: reading them, and turning to a new one. Signs nothing.

`assertion.key`: 32 bytes, Ed25519. `assertion.retired`: a line for each key before, its public half (base64url) and when it was
retired (seconds of UTC). It is published until the last assertion that it signed has expired; then nobody needs it.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from identity.keys import durable
from serving.core.assertion import LEEWAY_S, LIVES_S, Keys, RetiredKey, public_of

NAME = "assertion.key"
RETIRED = "assertion.retired"


def read_keys(folder: Path) -> Keys:
    """Read the keys; raises OSError, ValueError."""
    path = folder / RETIRED
    lines = [line.split() for line in (path.read_text("utf-8").splitlines() if path.exists() else ()) if line.strip()]
    return Keys((folder / NAME).read_bytes(), tuple(RetiredKey(x, int(at_s)) for x, at_s in lines))


def rotate(folder: Path, now_s: int) -> Keys:
    """Sign with a new key from now on; the last one's public half is kept first, so that a crash loses none.

    Also a crash between the two leaves the set whole: the key in use is then published twice, as the same one.
    """
    before = read_keys(folder)
    kept = [*(one for one in before.retired if now_s < one.retired_s + LIVES_S + LEEWAY_S), RetiredKey(public_of(before.seed), now_s)]
    durable.replace(folder / RETIRED, "".join(f"{one.x} {one.retired_s}\n" for one in kept).encode())
    durable.replace(folder / NAME, secrets.token_bytes(32))
    return read_keys(folder)
