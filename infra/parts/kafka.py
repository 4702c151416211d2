"""Owns a one-broker Kafka of our own (KRaft, broker and controller in one process): its files and its command.

Does not own topics (streams.topics). Listens on loopback only.
"""

from __future__ import annotations

import base64
import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path

from infra.errors import InstallationError
from infra.parts.ports import LOOPBACK, answers
from infra.places import ROOT

LOG4J = ROOT / "infra" / "kafka" / "log4j2.xml"
# -UsePerfData: otherwise the JVM writes /tmp/hsperfdata_<user>
JVM = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Djava.awt.headless=true")
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={logs}
auto.create.topics.enable=false
num.partitions=1
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=8
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
"""


class KafkaError(InstallationError):
    """A program of Kafka failed; its last words are in the message."""


@dataclass(frozen=True, slots=True)
class Broker:
    """One broker: the Java that runs it, its jars, its folder, its two loopback ports."""

    java: Path
    libs: Path
    folder: Path
    port: int
    controller_port: int

    @property
    def address(self) -> str:
        """The bootstrap address, host:port."""
        return f"{LOOPBACK}:{self.port}"

    def initialise(self) -> None:
        """Write the configuration, and format the log folder once."""
        logs = self.folder / "log"
        (self.folder / "tmp").mkdir(parents=True, exist_ok=True)
        text = PROPERTIES.format(host=LOOPBACK, port=self.port, controller_port=self.controller_port, logs=logs)
        self._properties.write_text(text)
        if (logs / "meta.properties").exists():
            return
        cluster = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
        if cluster.startswith("-"):  # the tool would read it as an option
            cluster = "A" + cluster[1:]
        words = [*self._jvm(), "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(self._properties)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            message = f"Kafka's storage could not be formatted: {(done.stdout + done.stderr)[-2000:]}"
            raise KafkaError(message)

    def command(self) -> list[str]:
        """Return the command that runs the broker in the foreground; stop it with SIGTERM."""
        return [*self._jvm(), "kafka.Kafka", str(self._properties)]

    def is_ready(self) -> bool:
        """Say whether the broker accepts connections; it opens its port when it is unfenced."""
        return answers(self.address)

    @property
    def _properties(self) -> Path:
        return self.folder / "server.properties"

    def _jvm(self) -> list[str]:
        temporary = f"-Djava.io.tmpdir={self.folder / 'tmp'}"
        return [str(self.java), *JVM, temporary, f"-Dlog4j2.configurationFile={LOG4J}", "-cp", f"{self.libs}/*"]
