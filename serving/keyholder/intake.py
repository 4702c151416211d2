"""Owns taking a film in: the spooled bytes are the named ones, opened, signed, sealed under a fresh key. Does not release it."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from identity.keys.errors import SealBrokenError
from identity.keys.sealing import open_with
from identity.keys.vault import Vault
from identity.keys.wire import ReleaseAsk
from schemas.generation import GenerationStarted
from serving.core import provenance
from serving.keyholder.errors import FilmBrokenError
from serving.keyholder.exact import Exact, Reading

MAX_FILM_BYTES = 512 * 1024 * 1024
SPOOL = "spool"
VERSION = "0.1.0"
_SPOOLED = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$")

Sign = Callable[[bytes, dict[str, Any]], bytes]


@dataclass(frozen=True, slots=True)
class Film:
    """A film that lies sealed and waits for its decision. `honours`: obligations that its engine keeps."""

    attempt: int
    key_id: str
    sealed_sha256: str
    film_sha256: str
    honours: tuple[str, ...]


class Intake:
    """Takes films in. Safe between threads."""

    def __init__(self, exact: Exact, vault: Vault, sign: Sign, media: Path, film_private_key: bytes) -> None:
        """`media/spool`: where replicas leave what their children sealed."""
        self._exact = exact
        self._vault = vault
        self._sign = sign
        self._spool = media / SPOOL
        self._film_private_key = film_private_key

    def take(self, ask: ReleaseAsk, started: GenerationStarted, reading: Reading) -> Film:
        """Open what the child sealed, sign it, seal it under a fresh key. Raises FilmBrokenError, KeyGoneError."""
        sealed = self._spooled(ask)
        try:
            made = open_with(self._film_private_key, sealed)
        except SealBrokenError as error:
            raise FilmBrokenError(str(error)) from error
        event_id, honours = self.started(started, ask.generation)
        if reading.question.engine not in provenance.UNSIGNED:
            if not provenance.is_mp4(made):
                raise FilmBrokenError("not an MP4 file", "film.unreadable")
            about = provenance.manifest(
                generation=ask.generation, engine=reading.question.engine, started_event=event_id,
                decision=started.decision, holding=started.holding, version=VERSION,
            )  # fmt: skip
            made = self._sign(made, about)
        film_sha256 = hashlib.sha256(made).hexdigest()
        key_id, sealed_sha256 = self._vault.put_film(
            made,
            (*reading.owners, reading.question.requester),
            {"generation": ask.generation, "attempt": ask.attempt, "spooled": ask.sealed_sha256},
        )
        return Film(ask.attempt, key_id, sealed_sha256, film_sha256, honours)

    def drop(self, ask: ReleaseAsk) -> None:
        """Remove a spooled film that is not needed any more."""
        self._path(ask).unlink(missing_ok=True)

    def started(self, started: GenerationStarted, generation: str) -> tuple[str, tuple[str, ...]]:
        """Find the event of a start, and the obligations that its engine said it keeps."""
        event_id, honours = "", ()
        for envelope in self._exact.store.read(generation):
            if envelope.type == "generation.started" and envelope.data["decision"] == started.decision:
                event_id = envelope.event_id
            if envelope.type == "generation.decided" and envelope.data["decision"] == started.decision:
                honours = tuple(envelope.data["input"]["engine"]["honours"])
        return event_id, honours

    def _spooled(self, ask: ReleaseAsk) -> bytes:
        try:
            # O_NONBLOCK: a pipe in the spool must not hold a thread until somebody writes into it.
            descriptor = os.open(self._path(ask), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except (OSError, ValueError) as error:
            raise FilmBrokenError(str(error)) from error
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise FilmBrokenError("not a file")
            sealed = file.read(MAX_FILM_BYTES + 1)
        if len(sealed) > MAX_FILM_BYTES:
            raise FilmBrokenError("the film is too large")
        if not hmac.compare_digest(hashlib.sha256(sealed).hexdigest(), ask.sealed_sha256):
            raise FilmBrokenError("the sealed bytes have another digest")
        return sealed

    def _path(self, ask: ReleaseAsk) -> Path:
        name = ask.sealed_path.removeprefix(f"{SPOOL}/")
        if _SPOOLED.match(name) is None:
            raise FilmBrokenError("not a file of the spool")
        return self._spool / name
