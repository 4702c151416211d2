"""Links that can be cut: a proxy of its own for each way of a host, on loopback or a unix socket. Does not start what it leads to.

A link that is cut is silent: nothing is refused or closed, what was sent lies there, and flows on when the link is mended.
That is the harder kind of loss, for nobody is told.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

Opened = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Links:
    """The proxies of one host, in a thread of their own; `cut` and `mend` work on all of them."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._whole = asyncio.Event()
        self._whole.set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def tcp(self, here: int, there: int) -> None:
        """Lead a loopback port to another."""
        self._run(asyncio.start_server(self._joined(lambda: asyncio.open_connection("127.0.0.1", there)), "127.0.0.1", here))

    def unix(self, here: Path, there: Path) -> None:
        """Lead a unix socket to another."""
        self._run(asyncio.start_unix_server(self._joined(lambda: asyncio.open_unix_connection(str(there))), str(here)))

    def cut(self) -> None:
        """Let nothing through from now on."""
        self._loop.call_soon_threadsafe(self._whole.clear)

    def mend(self) -> None:
        """Let everything through again."""
        self._loop.call_soon_threadsafe(self._whole.set)

    def close(self) -> None:
        """End every link."""
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, work: Awaitable[object]) -> None:
        async def done() -> None:
            await work

        asyncio.run_coroutine_threadsafe(done(), self._loop).result(10)

    async def _end(self) -> None:
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _joined(self, connect: Callable[[], Awaitable[Opened]]) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        async def joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError):
                await self._whole.wait()
                far_reader, far_writer = await connect()
                await asyncio.gather(self._carry(reader, far_writer), self._carry(far_reader, writer))

        return joined

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while some := await reader.read(1 << 16):
                await self._whole.wait()
                writer.write(some)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()
