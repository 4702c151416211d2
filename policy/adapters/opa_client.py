"""OPA through opa-python-client over its unix socket: administration, and a second way to ask. Not for the hot path."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import TimeoutError as FutureTimeoutError
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import msgspec
from opa_client.errors import ConnectionsError, PathNotFoundError, PolicyNotFoundError
from opa_client.opa_async import AsyncOpaClient

from policy.adapters.opa import answer_of
from policy.errors import PolicyUnavailableError
from policy.ports import Answer

TIMEOUT_S = 0.25
FAILURES = (
    aiohttp.ClientError,
    OSError,
    FutureTimeoutError,
    ValueError,
    ConnectionsError,
    PathNotFoundError,
    PolicyNotFoundError,
)
T = TypeVar("T")


class UnixSocketOpaClient(AsyncOpaClient):
    """opa-python-client on a unix socket, which it has no option for: its session gets another connector. No retries."""

    def __init__(self, socket_path: Path | str, timeout_s: float = TIMEOUT_S) -> None:
        """`timeout_s` bounds one request."""
        super().__init__(host="localhost", port=8181, retries=0, timeout=timeout_s)  # type: ignore[arg-type]
        self._socket_path = str(socket_path)

    async def _init_session(self) -> None:
        self._connector = aiohttp.UnixConnector(path=self._socket_path)  # type: ignore[assignment]
        timeout = aiohttp.ClientTimeout(total=self.timeout)
        self._session = aiohttp.ClientSession(connector=self._connector, timeout=timeout)


class OpaAdministration:
    """What an operator asks of a running OPA; also a PolicyEngine. For synchronous code, from any thread.

    Every method raises PolicyUnavailableError where OPA does not answer in time. `close` it.
    """

    def __init__(self, socket_path: Path | str, timeout_s: float = TIMEOUT_S) -> None:
        """Start the one event loop that all calls run on."""
        self._timeout_s = timeout_s
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="opa-client", daemon=True)
        self._thread.start()
        self._client = UnixSocketOpaClient(socket_path, timeout_s)
        self._run(self._client._init_session())  # noqa: SLF001 -- ours, overridden above

    def healthy(self) -> bool:
        """Say whether OPA answers and its bundle is active."""
        return self._run(self._client.check_health({"bundles": True}))

    def policies(self) -> list[str]:
        """List the modules that OPA serves."""
        return sorted(self._run(self._client.get_policies_list()))

    def bundle_sha256(self) -> str:
        """Tell the digest of the bundle that OPA serves."""
        found = self._run(self._client.get_data("cameo_bundle/sha256"))
        if not isinstance(found.get("result"), str):
            message = "OPA serves no bundle"
            raise PolicyUnavailableError(message)
        return found["result"]

    def evaluate(self, question: dict[str, Any]) -> Answer:
        """Evaluate one input, as PolicyEngine does."""
        return answer_of(msgspec.json.encode(self._run(self._client.query_rule(question, "cameo", "decision"))))

    def close(self) -> None:
        """Close the session and end the loop."""
        self._run(self._client.close_connection())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, asked: Coroutine[Any, Any, T]) -> T:
        future = asyncio.run_coroutine_threadsafe(asked, self._loop)
        try:
            return future.result(self._timeout_s * 2)
        except FAILURES as error:
            future.cancel()
            message = f"{type(error).__name__}: {error}"
            raise PolicyUnavailableError(message) from error
