"""Owns the policy as tests need it: a signed bundle of this checkout and an OPA that serves it. Does not own the fixtures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from policy.adapters.opa import OpaEngine
from policy.adapters.view import Arrived
from policy.bundle import Bundle, build
from policy.core.freshness import Beat
from schemas import codec
from schemas.envelope import Envelope
from schemas.ids import partition_of
from schemas.registry import Event, by_class
from tests.parts import OpaPart

PATIENT_S = 5.0
"""Tests assert answers, not seconds: a busy machine may take its time."""


class ServedPolicy(NamedTuple):
    """A running OPA, what it serves, and an engine that asks it."""

    part: OpaPart
    bundle: Bundle
    verification_key: Path
    engine: OpaEngine


def new_keys(folder: Path) -> tuple[Path, Path]:
    """Make an ES256 pair in PEM: (signing key, verification key)."""
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / "bundle.key").write_bytes(private)
    (folder / "bundle.pub").write_bytes(public)
    return folder / "bundle.key", folder / "bundle.pub"


def serve_policy(folder: Path, opa_binary: Path, opa_server: Callable[..., OpaPart]) -> Iterator[ServedPolicy]:
    """Build, sign and serve the policy of this checkout."""
    key, public = new_keys(folder / "keys")
    bundle = build(folder / "bundles" / "policy.tar.gz", key, opa_binary)
    part = opa_server(bundle.path, public)
    yield ServedPolicy(part, bundle, public, OpaEngine(part.socket, PATIENT_S))


class Feed:
    """Numbers events as the relay does."""

    def __init__(self) -> None:
        self.revisions: dict[str, int] = {}
        self.sequences = [0] * 32
        self.index = -1

    def of(self, *history: tuple[str, Event]) -> list[Arrived]:
        return [self._arrived(stream, event) for stream, event in history]

    def beat(self, number: int, time_us: int = 1_000_000, epoch: int = 1) -> Beat:
        return Beat(epoch=epoch, beat=number, time_us=time_us, log_index=self.index, sequences=tuple(self.sequences))

    def _arrived(self, stream: str, event: Event) -> Arrived:
        kind, partition = by_class(type(event)), partition_of(stream)
        self.revisions[stream] = revision = self.revisions.get(stream, 0) + 1
        self.sequences[partition] += 1
        self.index += 1
        envelope = Envelope(
            tenant="main", stream=stream, revision=revision, position=self.index + 1, event_id=f"{self.index:x}",
            type=kind.name, version=kind.version, actor=stream, acting_as=None, app=None, correlation="c", causation=None,
            time_us=1, data=codec.event_data(event), sealed={},
        )  # fmt: skip
        return Arrived(envelope, self.index, partition, self.sequences[partition])
