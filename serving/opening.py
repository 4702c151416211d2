"""Opens an installation: the switches and the policy bundle in force, a token for the operator and one for the auditor.

May be run again: it appends only what differs, and keeps tokens that are there. Does not start anything.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from psycopg_pool import ConnectionPool

from infra.settings import Settings
from policy.adapters.opa_client import OpaAdministration
from policy.bundle import digest_of
from policy.core.opening import opening_events
from policy.errors import PolicyError
from policy.ports import FactReader
from schemas.ids import SWITCH_STREAM, stream_id
from schemas.operation import BundleActivated, SwitchThrown
from schemas.registry import Event
from serving.adapters.access import PostgresAccessStore
from serving.handlers.generations import ENGINES
from serving.handlers.tokens import make_token
from serving.ports import SCOPES, AccessStore, Scope
from streams.adapters.postgres import PostgresEventStore
from streams.ports import Append, EventStore, NewEvent

OPERATOR = stream_id("account", b"cameo/operator".ljust(16, b"\0"))
TOKENS: dict[str, tuple[Scope, ...]] = {"operator": tuple(one for one in SCOPES if one != "reviewer"), "auditor": ("audit", "auditor")}


def open_record(store: EventStore, bundle_sha256: str) -> int:
    """Append the opening events that the ledger does not hold yet; returns how many."""
    wanted = opening_events(bundle_sha256, sorted(ENGINES))
    with store.snapshot() as facts:
        missing = [(stream, event) for stream, event in wanted if _differs(facts, stream, event)]
    if missing:
        events = [NewEvent(stream, event, secrets.token_hex(16)) for stream, event in missing]
        store.append(Append(actor=OPERATOR, events=events, correlation=secrets.token_hex(16)))
    return len(missing)


def keep_tokens(access: AccessStore, folder: Path) -> list[str]:
    """Make the operator's and the auditor's token where there is none, readable by this account alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made: list[str] = []
    for name, scopes in TOKENS.items():
        path = folder / name
        if path.exists():
            continue
        new = make_token(access, secrets.token_bytes(32), OPERATOR, frozenset(scopes), label=name, now=datetime.now(UTC))
        path.touch(mode=0o600)
        path.write_text(new.secret, encoding="utf-8")
        made.append(name)
    return made


def _differs(facts: FactReader, stream: str, event: Event) -> bool:

    match event:
        case SwitchThrown():
            return facts.get(SWITCH_STREAM, f"switch/{event.switch}") is None
        case BundleActivated():
            held = facts.get(stream, "bundle")
            return held is None or held.value["bundle_sha256"] != event.bundle_sha256
        case _:
            return False


def served_bundle(built: str, sockets: Sequence[Path]) -> str:
    """Ask every policy engine which bundle it serves; raises PolicyError unless all serve the one that was built."""
    for socket in sockets:
        engine = OpaAdministration(socket, timeout_s=2.0)
        try:
            found = engine.bundle_sha256()
        finally:
            engine.close()
        if found != built:
            message = f"the policy engine on {socket} serves the bundle {found}, {built} was built: start it again"
            raise PolicyError(message)
    return built


def main() -> int:
    """Open the installation that the environment names."""
    settings = Settings.from_env(os.environ)
    built = digest_of(settings.bundles / "policy.tar.gz")
    bundle_sha256 = served_bundle(built, (settings.opa_socket, settings.keyholder_opa_socket))
    with PostgresEventStore(settings.dsn("owner"), settings.tenant, max_connections=2) as store:
        count = open_record(store, bundle_sha256)
    with ConnectionPool(settings.dsn("api"), min_size=1, max_size=1, open=True) as pool:
        made = keep_tokens(PostgresAccessStore(pool), settings.var / "tokens")
    sys.stdout.write(f"{count} opening events, tokens made: {', '.join(made) or 'none'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
