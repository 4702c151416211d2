"""The worker's process: agents on Faust, the tiles publisher, the sweeper of challenges. Wires; decides nothing.

`python -m streams.worker`: prints `ready` and touches $CAMEO_RUN/worker.ready once it has its partitions; stops on SIGTERM.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from pathlib import Path
from threading import Event

import faust

from identity.adapters.face_index import LockedFaceIndex
from identity.adapters.locked_memory import Protection
from identity.adapters.replay_index import LockedReplayIndex
from identity.keys.client import KeyholderClient
from identity.keys.memory import leave_no_dump
from infra.settings import Settings
from streams.adapters.agent_queries import AgentQueries
from streams.adapters.agent_state import PostgresAgentState
from streams.adapters.assessing import ProcessAssessor
from streams.adapters.known_log import KnownLog
from streams.adapters.postgres import PostgresEventStore
from streams.adapters.slowing import PostgresSlow
from streams.adapters.tiles import TileWriter
from streams.adapters.turns import PostgresTurns
from streams.agents.destroying import destroy_due
from streams.agents.documents import DocumentAgent
from streams.agents.expiring import expire, expire_verification, remind
from streams.agents.faust_app import Chore, make_app
from streams.agents.knowing import KnownFaces
from streams.agents.ports import Agent
from streams.agents.projecting import NotifyAgent, ProjectAgent
from streams.agents.publishing import Publisher
from streams.agents.recalling import KnownRecordings
from streams.agents.reverifying import ReverifyAgent
from streams.agents.reviewing import ReviewAgent
from streams.agents.runner import Runner
from streams.agents.slowing import SlowingFaces
from streams.agents.things import ThingAgent
from streams.agents.verifying import VerifyAgent
from streams.agents.withdrawing import RekeyAgent, TakeDownAgent
from streams.core.note import origin_of
from streams.core.verification import REMIND_US

TILES_S = 0.5
EXPIRE_S = 5.0
CASES_S = 30.0
EVIDENCE_S = 600.0
KNOWN_S = 1.0
"""An erased face, and the marks of an erased person's recordings, leave memory this soon after the erasure is in the log."""
REFRESH_S = 3600.0
ROLE = "worker"


class Wiring:
    """Everything one worker holds, closed together."""

    def __init__(self, settings: Settings) -> None:
        self.stopping = Event()
        self._dsn = settings.dsn(ROLE)
        self._store = PostgresEventStore(self._dsn, settings.tenant, max_connections=4)
        self._keyholder = KeyholderClient(settings.keyholder_socket, settings.secret(f"token-{ROLE}").decode())
        self._queries = AgentQueries(self._dsn)
        self._assessor = ProcessAssessor(settings.models, self.stopping)
        self._known = KnownLog(self._dsn)
        self._faces = known_faces(self._known, self._keyholder)
        self._recordings = known_recordings(self._known, self._keyholder)
        writer = TileWriter(settings.tiles, origin_of(settings.tenant), settings.secret("log.key"))
        (settings.secrets / "log.pub").write_text(f"{writer.key}\n")
        self._turns = PostgresTurns(self._dsn, self._store)
        self._review = ReviewAgent(self._store, self._turns, self._keyholder, self._assessor, self._faces)
        self._publisher = Publisher(self._dsn, self._store, writer)
        self._states: list[PostgresAgentState] = []

    def runners(self) -> list[Runner]:
        """Make every agent with its cursors."""
        faces = SlowingFaces(self._faces, self._store, PostgresSlow(self._dsn))
        agents: tuple[Agent, ...] = (
            ProjectAgent(self._keyholder),
            NotifyAgent(),
            VerifyAgent(self._store, self._turns, self._keyholder, self._assessor, self._recordings, faces),
            ReverifyAgent(self._store, self._turns, self._keyholder, self._assessor, self._recordings),
            TakeDownAgent(self._store, self._queries),
            RekeyAgent(self._store, self._keyholder),
            self._review,
            ThingAgent(self._store, self._keyholder, self._assessor),
            DocumentAgent(self._store, self._keyholder, self._assessor),
        )
        return [self._runner(agent) for agent in agents]

    def chores(self) -> list[Chore]:
        """Tell what is done beside the agents."""
        return [
            Chore("tiles", TILES_S, self._publisher.publish),
            Chore("expire", EXPIRE_S, self._expire),
            Chore("faces", KNOWN_S, self._faces.follow),
            Chore("recordings", KNOWN_S, self._recordings.follow),
            Chore("refresh", REFRESH_S, self._remind),
            Chore("cases", CASES_S, self._settle_cases),
            Chore("evidence", EVIDENCE_S, self._destroy_evidence),
        ]

    def close(self) -> None:
        """Give everything back."""
        self.stopping.set()
        self._assessor.close()
        self._publisher.close()
        for state in self._states:
            state.close()
        self._known.close()
        self._store.close()

    def _runner(self, agent: Agent) -> Runner:
        state = PostgresAgentState(self._dsn, agent.name, agent.kinds)
        self._states.append(state)
        return Runner(agent, state, self._store, self.stopping, lambda: time.time_ns() // 1000)

    def _expire(self) -> None:
        for cameo, enrolment in self._queries.ran_out():
            expire(self._store, cameo, enrolment)
        for cameo, verification in self._queries.unanswered():
            expire_verification(self._store, cameo, verification)

    def _remind(self) -> None:
        after = ""
        while page := self._queries.to_remind(REMIND_US, after):
            for cameo in page:
                remind(self._store, cameo)
            after = page[-1]

    def _settle_cases(self) -> None:
        after = ""
        while page := self._queries.cases_to_settle(after):
            for case in page:
                self._review.settle(case)
            after = page[-1]

    def _destroy_evidence(self) -> None:
        destroy_due(self._queries, self._keyholder)


def known_faces(log: KnownLog, keyholder: KeyholderClient) -> KnownFaces:
    """Make the search among known faces: empty now, filled from the ledger at its first use."""
    index = LockedFaceIndex()
    _tell_protection("known faces", index.protect())
    return KnownFaces(log, keyholder, index)


def known_recordings(log: KnownLog, keyholder: KeyholderClient) -> KnownRecordings:
    """Make the search among earlier recordings, as that among faces."""
    index = LockedReplayIndex()
    _tell_protection("marks of recordings", index.protect())
    return KnownRecordings(log, keyholder, index)


def _tell_protection(what: str, granted: Protection) -> None:
    """Log what does not protect this memory."""
    if not (granted.locked and granted.undumped and granted.undumpable):
        logging.getLogger(__name__).warning("%s lie in memory that is not fully protected: %s", what, granted)


class _Sparing(logging.Filter):
    """Lets one record a second of each library logger through: clients of a broker that is gone log each try."""

    def __init__(self) -> None:
        super().__init__()
        self._last_s: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("streams."):
            return True
        if record.created - self._last_s.get(record.name, 0.0) < 1.0:
            return False
        self._last_s[record.name] = record.created
        return True


def _log_sparingly() -> None:
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for handler in logging.getLogger().handlers:
        handler.addFilter(_Sparing())
    logging.getLogger("mode.timers").setLevel(logging.ERROR)  # a timer that waits for Postgres is late: not news


def _tell_ready(run: Path) -> None:
    (run / "worker.ready").touch()
    sys.stdout.write("ready\n")
    sys.stdout.flush()


def main() -> None:
    """Run until SIGTERM."""
    leave_no_dump()
    settings = Settings.from_env(os.environ)
    _log_sparingly()
    wiring = Wiring(settings)
    app = make_app(
        settings.kafka, settings.var / "agents", wiring.runners(), wiring.chores(), wiring.stopping, lambda: _tell_ready(settings.run)
    )
    worker = faust.Worker(app, loglevel="WARNING", quiet=True, redirect_stdouts=False, override_logging=False)
    try:
        worker.execute_from_commandline()
    finally:
        wiring.close()


if __name__ == "__main__":
    main()
