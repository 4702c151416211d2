"""Owns turning from one root key to another while everything goes on: what the operator asks for, step by step."""

from __future__ import annotations

import logging
from contextlib import suppress

from identity.keys.errors import RootKeyError
from identity.keys.keyring import KeyRing
from identity.keys.ports import RootKeys
from identity.keys.reference import read, successor, written
from identity.keys.wire import RootsAnswer
from serving.keyholder.errors import RefusedError

MOST = 1000
"""Subject keys brought over in one call: one short transaction, while which no key is given out."""
LOG = logging.getLogger("keyholder")


class Rotation:
    """Rotates the root key of one keyring. Safe between threads; everything may be asked again, also after a kill."""

    def __init__(self, keyring: KeyRing, roots: RootKeys) -> None:
        self._keyring = keyring
        self._roots = roots

    def roots(self) -> RootsAnswer:
        """List the versions of the root key."""
        rows = self._keyring.roots()
        return RootsAnswer(roots=tuple(rows), left=sum(row.keys for row in rows if not row.wraps_now))

    def rotate(self, to: str | None, *, make: bool) -> RootsAnswer:
        """Take another root key into use; `to` None: the next version beside the one in use, made now.

        Raises RefusedError (root_key.refused, root_key.turning), RootKeyUnavailableError.
        """
        now = self.roots()
        in_use = next(row.reference for row in now.roots if row.wraps_now)
        try:
            reference = successor(in_use) if to is None else written(read(to))
            if reference != in_use:
                if now.left:
                    # A second turn before the first has ended would be sound, but nobody could say what to keep meanwhile.
                    raise RefusedError("root_key.turning")
                if to is None:
                    with suppress(RootKeyError):  # made by a try that was broken off: opening it tells
                        self._roots.make(reference)
                elif make:
                    self._roots.make(reference)
                self._keyring.turn_to(reference)
                LOG.warning("new subject keys are wrapped by %s", reference)
        except RootKeyError as error:
            LOG.warning("root key not taken into use: %s", error)
            raise RefusedError(getattr(error, "code", "root_key.refused"), str(error)) from error
        return self.roots()

    def rewrap(self, most: int) -> RootsAnswer:
        """Bring some subject keys over. Raises RefusedError."""
        try:
            left = self._keyring.rewrap(max(1, min(most, MOST)))
        except RootKeyError as error:
            raise RefusedError(getattr(error, "code", "root_key.refused"), unavailable=True) from error
        if left == 0:
            LOG.warning("every subject key is wrapped by the root key in use")
        return self.roots()
