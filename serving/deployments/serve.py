"""Owns starting Ray and Serve on this host and deploying an application an engine. Does not read the environment's settings.

Everything listens on loopback and writes below the run folder; no dashboard, no usage report, no token in the home folder.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from serving.replica.site import Site, replica_name

if TYPE_CHECKING:
    from infra.settings import Settings

OBJECT_STORE_BYTES = 80 * 1024 * 1024
"""The least that Ray takes; nothing of ours passes through it."""
LOGICAL_CPUS = 8
"""Only Ray's own accounting: replicas spend theirs in the attempts' processes."""
ONGOING = {"trivial": 16, "portrait": 2}
"""Attempts that one replica runs at once."""
SPARES = {"trivial": 2, "portrait": 1}
"""Watchers kept warm a replica."""
MODULES = {"trivial": "serving.engines.trivial", "portrait": "serving.engines.portrait"}


class NoEngineError(Exception):
    """An engine that was asked for is not installed."""


def start(address: str, run: Path, logs: Path) -> None:
    """Start a local Ray head and Serve's HTTP proxy at `address` (host:port)."""
    _quiet(run)
    import ray  # noqa: PLC0415 -- it reads its environment when it is imported
    from ray import serve  # noqa: PLC0415

    host, _, port = address.rpartition(":")
    ray.init(
        address="local",
        num_cpus=LOGICAL_CPUS,
        object_store_memory=OBJECT_STORE_BYTES,
        include_dashboard=False,
        log_to_driver=False,
        _node_ip_address="127.0.0.1",
        _temp_dir=str(run / "ray"),
    )
    serve.start(
        proxy_location="HeadOnly",
        http_options={"host": host, "port": int(port), "request_timeout_s": None},
        logging_config={"logs_dir": str(logs / "serve"), "enable_access_log": False},
    )


def deploy(settings: Settings, wanted: Sequence[str] = ()) -> tuple[str, ...]:
    """Deploy the wanted engines (none named: every one that is installed), each at /ENGINE. Raises NoEngineError."""
    import ray  # noqa: PLC0415
    from ray import serve  # noqa: PLC0415

    from serving.deployments.replica import PortraitReplica, TrivialReplica  # noqa: PLC0415

    classes = {"trivial": TrivialReplica, "portrait": PortraitReplica}
    installed = tuple(name for name, module in MODULES.items() if importlib.util.find_spec(module) is not None)
    engines = tuple(wanted) or installed
    if not engines or not set(engines) <= set(installed):
        raise NoEngineError(", ".join(engines))
    gpu = 1 if ray.cluster_resources().get("GPU") else 0
    (settings.media / "spool").mkdir(parents=True, exist_ok=True)
    for engine in engines:
        deployment: Any = serve.deployment(  # its stub says that it returns a function
            classes[engine],
            name=classes[engine].__name__,
            max_ongoing_requests=ONGOING[engine],
            ray_actor_options={"num_cpus": 0.1, "num_gpus": gpu if engine == "portrait" else 0},
            graceful_shutdown_timeout_s=3,
            graceful_shutdown_wait_loop_s=0.2,
        )
        site = msgspec.json.encode(_site(settings, engine))
        bound = deployment.bind(site, str(settings.secrets / "token-dispatcher"), SPARES[engine])
        serve.run(bound, name=engine, route_prefix=f"/{engine}")
    return engines


def stop() -> None:
    """Stop Serve and Ray."""
    import ray  # noqa: PLC0415
    from ray import serve  # noqa: PLC0415

    serve.shutdown()
    ray.shutdown()


def _site(settings: Settings, engine: str) -> Site:
    return Site(
        engine=engine,
        replica=replica_name(engine),
        view=str(settings.view),
        media=str(settings.media),
        opa_socket=str(settings.opa_socket),
        keyholder_socket=str(settings.keyholder_socket),
        replica_key=str(settings.secrets / "replica.key"),
        max_staleness_ms=settings.max_staleness_ms,
    )


def _quiet(run: Path) -> None:
    run.mkdir(parents=True, exist_ok=True)
    token = run / "ray-token"
    token.unlink(missing_ok=True)
    with os.fdopen(os.open(token, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(16))
    os.environ.update(
        RAY_AUTH_MODE="token",
        RAY_AUTH_TOKEN_PATH=str(token),
        RAY_USAGE_STATS_ENABLED="0",
        RAY_DISABLE_IMPORT_WARNING="1",
        RAY_SERVE_ENABLE_QUEUE_LENGTH_CACHE="1",
    )
