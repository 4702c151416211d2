"""Owns the Ray Serve process: `python -m serving.deployments` runs a local head and every engine's application.

Does not run attempts: see replica. Reads the settings, writes one line `ready`, and stops cleanly on SIGTERM.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from infra.settings import Settings
from serving.deployments.serve import NoEngineError, deploy, start, stop


def main() -> None:
    """Serve until told to stop."""
    settings = Settings.from_env(os.environ)
    told = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: told.set())
    start(settings.serve, settings.run, Path(settings.logs))
    try:
        deploy(settings)
    except NoEngineError:
        stop()
        raise
    ready = settings.run / "serve.ready"
    ready.touch()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    told.wait()
    ready.unlink(missing_ok=True)
    stop()


if __name__ == "__main__":
    main()
