"""Owns the Ray Serve process: `python -m serving.deployments` runs a local head and every engine's application.

Does not run attempts: see replica. Reads the settings, says `ready`, and stops cleanly on SIGTERM.
"""

from __future__ import annotations

import os

from infra.settings import Settings
from serving.deployments.serve import deploy, start, stop
from streams.process import Process


def main() -> None:
    """Serve until told to stop."""
    settings = Settings.from_env(os.environ)
    start(settings.serve, settings.run, settings.logs)
    try:
        # Only now: Ray sets handlers of its own when it starts.
        with Process("serve", settings.run) as process:
            deploy(settings)
            process.ready()
            process.stopping.wait()
    finally:
        stop()


if __name__ == "__main__":
    main()
