"""Owns where a watcher finds its host's parts: paths, never secrets. Reads no settings: its parent passes it on."""

from __future__ import annotations

import msgspec


class Site(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Paths and names for the watchers of one replica; passed as JSON on the command line."""

    engine: str
    replica: str
    """The replica's name in the record and in its signatures."""
    view: str
    media: str
    opa_socket: str
    keyholder_socket: str
    replica_key: str
    """File with the Ed25519 key that signs requests to the keyholder and reports."""
    max_staleness_ms: int


def replica_name(engine: str) -> str:
    """Name the replicas of an engine, as leases and reports call them."""
    return f"serve/{engine}"
