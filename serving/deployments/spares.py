"""Owns the watchers that wait without an attempt, so that none begins with loading an engine. Hands each out once."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress

import msgspec

from serving.replica.site import Site

LINE_LIMIT_BYTES = 4_000_000
"""A report carries a whole decision's input."""
GRACE_S = 1.0


class Spares:
    """Keeps `count` watchers warm; a watcher serves one attempt and is never given back."""

    def __init__(self, site: Site, count: int) -> None:
        self._site = site
        self._count = count
        self._warm: list[Process] = []
        self._filling: asyncio.Task[None] | None = None

    async def take(self) -> Process:
        """Hand out a watcher, a warm one where there is one."""
        taken: Process | None = None
        while self._warm and taken is None:
            process = self._warm.pop()
            taken = process if process.returncode is None else None
        if taken is None:
            taken = await self._start()
        self.fill()
        return taken

    def fill(self) -> None:
        """Begin to warm up what is missing; returns at once."""
        if self._filling is None or self._filling.done():
            self._filling = asyncio.create_task(self._fill())

    async def close(self) -> None:
        """End the warm ones."""
        if self._filling is not None:
            self._filling.cancel()
        for process in self._warm:
            await end(process)
        self._warm.clear()

    async def _fill(self) -> None:
        self._warm = [process for process in self._warm if process.returncode is None]
        while len(self._warm) < self._count:
            self._warm.append(await self._start())

    async def _start(self) -> Process:
        site = msgspec.json.encode(self._site).decode()
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "serving.replica.watcher", site, str(os.getpid()),
            stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=LINE_LIMIT_BYTES,
        )  # fmt: skip


async def end(process: Process) -> None:
    """End a watcher and, with it, its child: told first, killed after a second."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), GRACE_S)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
