"""A second API process for test_two_hosts: goes on with an upload as it is told, a line at a time: take N | end."""

from __future__ import annotations

import sys
from pathlib import Path

from psycopg_pool import ConnectionPool

from serving.adapters.uploads import PostgresUploadStore
from serving.handlers.desk import Caller
from serving.handlers.uploads import Uploads


def main() -> None:
    dsn, folder, account, enrolment, upload = sys.argv[1:]
    with ConnectionPool(dsn, min_size=1, max_size=2, open=True) as pool:
        uploads = Uploads(PostgresUploadStore(pool, b"k" * 32, Path(folder)))
        receiving = uploads.receive(Caller(account, frozenset()), enrolment, upload, 0, None)
        said("holds")
        for line in sys.stdin:
            what, _, count = line.strip().partition(" ")
            if what == "take":
                receiving.take(b"a" * int(count))
            else:
                receiving.end(whole=True)
            said(what)


def said(what: str) -> None:
    sys.stdout.write(what + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
