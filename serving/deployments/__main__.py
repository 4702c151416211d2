"""Owns the Ray Serve process: `python -m serving.deployments [ENGINE...]` runs a local head and every engine's application.

Does not run attempts: see replica. Reads the settings, says `ready`, and stops cleanly on SIGTERM.
"""

from __future__ import annotations

import os
import sys

from infra.settings import Settings
from serving.deployments.serve import deploy, start, stop
from streams.process import Process


def main(engines: list[str]) -> None:
    """Serve these engines, or all that are installed, until told to stop."""
    settings = Settings.from_env(os.environ)
    start(settings.serve, settings.run, settings.logs)
    try:
        # Only now: Ray sets handlers of its own when it starts.
        with Process("serve", settings.run) as process:
            deploy(settings, engines)
            process.ready()
            process.stopping.wait()
    finally:
        stop()


if __name__ == "__main__":
    main(sys.argv[1:])
