"""Owns supervisord for one installation: its configuration, its start, and asking it over its unix socket.

Does not own the order of parts (infra.supervise.up). supervisord keeps each process running, with a growing pause between
failing starts, rotates its log, and kills its whole process group when it does not stop.
"""

from __future__ import annotations

import http.client
import os
import shlex
import subprocess
import sys
import time
import xmlrpc.client
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from supervisor.xmlrpc import SupervisorTransport

from infra.errors import InstallationError
from infra.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from infra.supervise.table import Part

START_S = 10.0
RETURN_AT_ONCE = False  # the `wait` argument of startProcess and stopProcess
HEADER = """\
[unix_http_server]
file={socket}
chmod=0600

[supervisord]
logfile={logs}/supervisord.log
logfile_maxbytes=5MB
logfile_backups=1
loglevel=info
pidfile={run}/supervisord.own-pid
childlogdir={logs}
directory={root}
umask=077
{user}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""
# startretries: after n failing starts supervisord pauses n seconds, and it must not give up while another part is away for long
PROGRAM = """
[program:{name}]
command={command}
autostart=false
autorestart=true
startsecs=2
startretries=10000
stopsignal={stop_signal}
stopwaitsecs={stop_s}
killasgroup=true
redirect_stderr=true
stdout_logfile={logs}/{name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=3
"""


class DaemonError(InstallationError):
    """supervisord did not start or refused a request."""


@dataclass(frozen=True, slots=True)
class Daemon:
    """The supervisord of one installation."""

    run: Path
    logs: Path

    @property
    def socket(self) -> Path:
        """The socket on which it is asked."""
        return self.run / "supervisor.sock"

    def start(self, parts: Sequence[tuple[Part, list[str]]], environ: Mapping[str, str]) -> None:
        """Write the configuration and start supervisord with no part running; raises DaemonError."""
        config = self.run / "supervisord.conf"
        config.write_text(self.config(parts))
        config.chmod(0o600)
        self.socket.unlink(missing_ok=True)
        done = subprocess.run(
            [sys.executable, "-m", "supervisor.supervisord", "-c", str(config)],
            env=dict(environ), cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        end_s = time.monotonic() + START_S
        while done.returncode == 0 and time.monotonic() < end_s:
            if self.is_up():
                return
            time.sleep(0.05)
        raise DaemonError(f"supervisord did not start: {done.stdout}{done.stderr}")

    def config(self, parts: Sequence[tuple[Part, list[str]]]) -> str:
        """Return the configuration of these parts and commands."""
        user = "user=root\n" if os.geteuid() == 0 else ""
        text = HEADER.format(socket=self.socket, logs=self.logs, run=self.run, root=ROOT, user=user)
        for part, command in parts:
            launch = [sys.executable, "-m", "infra.supervise.launch", str(self.run), part.name, part.stop_signal, *command]
            quoted = shlex.join(launch).replace("%", "%%")
            text += PROGRAM.format(name=part.name, command=quoted, stop_signal=part.stop_signal, stop_s=part.stop_s, logs=self.logs)
        return text

    def is_up(self) -> bool:
        """Say whether supervisord answers."""
        try:
            return bool(self._ask("getSupervisorVersion"))
        except DaemonError:
            return False

    def processes(self) -> dict[str, dict[str, Any]]:
        """Return what supervisord says of each part by name; empty when it does not answer."""
        try:
            return {row["name"]: row for row in self._ask("getAllProcessInfo")}
        except DaemonError:
            return {}

    def begin(self, name: str) -> None:
        """Start a part, not waiting; does nothing when it runs."""
        self._ask("startProcess", name, RETURN_AT_ONCE, accept=("ALREADY_STARTED",))

    def stop(self, name: str) -> None:
        """Ask a part to stop, not waiting; it is killed with its group after its time; does nothing when it is stopped."""
        self._ask("stopProcess", name, RETURN_AT_ONCE, accept=("NOT_RUNNING",))

    def shutdown(self) -> None:
        """End supervisord."""
        self._ask("shutdown")

    def _ask(self, method: str, *arguments: object, accept: tuple[str, ...] = ()) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{self.socket}")
        proxy = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
        try:
            return getattr(proxy.supervisor, method)(*arguments)
        except xmlrpc.client.Fault as fault:
            if fault.faultString.partition(":")[0] in accept:
                return None
            raise DaemonError(f"supervisord refused {method}{arguments}: {fault.faultString}") from fault
        except (OSError, http.client.HTTPException, xmlrpc.client.ProtocolError) as error:
            raise DaemonError(f"supervisord does not answer on {self.socket}: {error}") from error
        finally:
            transport.close()
