"""Has accounts wait, through the one function of schema `access` that the worker may call. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from streams.agents.errors import StateUnavailableError


class PostgresSlow:
    """A Slow (streams.agents.slowing), one short connection a call: they are rare."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo

    def __call__(self, accounts: Sequence[str]) -> None:
        """Have accounts wait, longer each time; durable when it returns. Raises StateUnavailableError."""
        try:
            with psycopg.connect(self._conninfo, autocommit=True, connect_timeout=5) as connection:
                connection.execute("SELECT access.slow(%s)", (list(accounts),))
        except psycopg.Error as error:
            raise StateUnavailableError(str(error)) from error
