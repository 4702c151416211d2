"""Measures whether the time of a refusal tells its hidden reason, and what questions about consent cost.

`python -m bench.asking [--asked N] [--preflights N] [--at-once N]` writes bench/results/asking.json. The real API process, Postgres and
OPA. One requester asks about cameos that are refused for different hidden reasons, in random order over kept connections;
told apart is how well two reasons' times separate: AUC .5 is not at all. Without pacing: the same work, timed where it is done.
"""

from __future__ import annotations

import argparse
import http.client
import json
import secrets
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

import numpy as np
from psycopg.conninfo import make_conninfo
from psycopg_pool import ConnectionPool

from bench.results import Row, percentile, write
from policy.adapters.opa import OpaEngine
from policy.bundle import build
from policy.codes import codes
from policy.handlers.asking import Asker
from schemas import cameo
from schemas.ids import cameo_of, stream_id
from serving.adapters.access import PostgresAccessStore
from serving.api.pacing import PACING
from serving.core.authzen import Action, Entity, Evaluation
from serving.core.engines import HONOURS
from serving.handlers.asking import AskingDesk
from serving.handlers.authzen import CameoDecisions
from serving.handlers.desk import Caller
from serving.handlers.tokens import make_token
from serving.ports import PERSON
from streams.adapters.postgres_asking import PostgresAskingLedger
from tests import parts
from tests.world import World

EACH = 20
"""Cameos of each kind."""
BASELINE = "not in the audience"
KINDS = (BASELINE, "blocked by the owner", "never activated", "no such cameo")
Times = dict[str, list[float]]
Ask = Callable[[str], float]


@dataclass(frozen=True)
class Place:
    """A running API, who asks, and the cameos of each kind."""

    installation: parts.Installation
    account: str
    token: str
    cameos: dict[str, list[str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--asked", type=int, default=2000, help="evaluations of each kind")
    parser.add_argument("--preflights", type=int, default=400, help="preflights of each kind")
    parser.add_argument("--at-once", type=int, default=2, help="connections")
    given = parser.parse_args()
    with standing_api() as place:
        bare = gathered(place, given.asked, 1, _inside(place))
        evaluated = gathered(place, given.asked, given.at_once, _over_http(place, "/access/v1/evaluation", _evaluation))
        foreseen = gathered(place, given.preflights, given.at_once, _over_http(place, "/v1/preflight", _preflight))
    rows = [*apart("an evaluation without pacing", bare), *apart("an evaluation", evaluated), *apart("a preflight", foreseen)]
    rows += [*cost("an evaluation without pacing", bare), *cost("an evaluation", evaluated), *cost("a preflight", foreseen)]
    step_ms = PACING.evaluation_s * 1000
    late = [took for took in every(bare) if took > step_ms]
    rows.append(Row("evaluations whose work takes longer than one step", "%", 100 * len(late) / len(every(bare)), None, len(every(bare))))
    write("asking", rows)


def gathered(place: Place, each: int, at_once: int, ask: Ask) -> Times:
    """Ask about cameos of every kind in random order; milliseconds of each answer by kind."""
    random = Random(7)
    order = [kind for kind in KINDS for _ in range(each)]
    random.shuffle(order)
    asked = [(kind, random.choice(place.cameos[kind])) for kind in order]
    for _, one in asked[:20]:
        ask(one)
    found: Times = defaultdict(list)
    with ThreadPoolExecutor(at_once) as pool:
        for (kind, _), took in zip(asked, pool.map(ask, [one for _, one in asked]), strict=True):
            found[kind].append(took)
    return found


def apart(what: str, times: Times) -> list[Row]:
    """Tell how well each hidden reason's times separate from the baseline's."""
    rows: list[Row] = []
    for kind in KINDS[1:]:
        ours, base = np.array(times[kind]), np.array(times[BASELINE])
        rows.append(Row(f"{what}: AUC of telling '{kind}' from '{BASELINE}'", "", auc(ours, base), None, len(ours)))
        rows.append(Row(f"{what}: KS distance of the two", "", distance(ours, base), None, len(ours)))
    return rows


def cost(what: str, times: Times) -> list[Row]:
    every_one = every(times)
    return [
        Row(f"{what} ({name})", "ms", percentile(every_one, share), None, len(every_one)) for name, share in (("p50", 0.5), ("p99", 0.99))
    ]


def every(times: Times) -> list[float]:
    return [took for kind in KINDS for took in times[kind]]


def auc(ours: np.ndarray, base: np.ndarray) -> float:
    """Tell the chance that a time of the one is longer than a time of the other, ties counted half."""
    ordered = np.sort(base)
    below = np.searchsorted(ordered, ours, "left") + np.searchsorted(ordered, ours, "right")
    return float(below.sum() / 2 / len(ours) / len(base))


def distance(ours: np.ndarray, base: np.ndarray) -> float:
    """Tell the largest difference of the two distribution functions."""
    at = np.concatenate([ours, base])
    ranks = [np.searchsorted(np.sort(one), at, "right") / len(one) for one in (ours, base)]
    return float(np.abs(ranks[0] - ranks[1]).max())


def _evaluation(place: Place, one: str) -> dict[str, object]:
    subject = {"type": "account", "id": place.account}
    return {"subject": subject, "resource": {"type": "cameo", "id": one}, "action": {"name": "start"}}


def _preflight(place: Place, one: str) -> dict[str, object]:
    del place
    return {"cameos": [one]}


def _over_http(place: Place, path: str, body: Callable[[Place, str], dict[str, object]]) -> Ask:
    """Ask the API over connections that are kept; a free one each time."""
    host, _, port = place.installation.settings.api.rpartition(":")
    free: list[http.client.HTTPConnection] = []
    headers = {"Authorization": f"Bearer {place.token}", "Content-Type": "application/json"}

    def ask(one: str) -> float:
        connection = free.pop() if free else http.client.HTTPConnection(host, int(port), timeout=30)
        sent = json.dumps(body(place, one))
        began = time.perf_counter()
        connection.request("POST", path, sent, headers)
        answer = connection.getresponse()
        told = json.loads(answer.read())
        took = time.perf_counter() - began
        assert answer.status == 200, told
        reasons = told.get("context", told)["reasons"]
        assert [reason["code"] for reason in reasons] == ["consent.required"], told
        free.append(connection)
        return took * 1000

    return ask


def _inside(place: Place) -> Ask:
    """Do the same work in this process, without pacing."""
    settings = place.installation.settings
    ledger = PostgresAskingLedger(settings.dsn("api"), settings.tenant, max_connections=2)
    pool = ConnectionPool(settings.dsn("api"), min_size=1, max_size=1, open=True)
    engine = OpaEngine(settings.opa_socket, 5.0)
    point = CameoDecisions(AskingDesk(ledger, Asker(engine, codes(), HONOURS), codes()), PostgresAccessStore(pool))
    caller = Caller(place.account, frozenset(PERSON))

    def ask(one: str) -> float:
        asked = Evaluation(
            subject=Entity(type="account", id=place.account), resource=Entity(type="cameo", id=one), action=Action(name="start")
        )
        began = time.perf_counter()
        point.decide(caller, asked)
        return (time.perf_counter() - began) * 1000

    return ask


@contextmanager
def standing_api() -> Iterator[Place]:
    """Start Postgres, OPA and the API, with cameos of every kind; ended with the block."""
    folder, found = parts.short_folder(), parts.tools()
    with ExitStack() as ending:
        ending.callback(shutil.rmtree, folder, ignore_errors=True)
        postgres = parts.start_postgres(folder, found)
        ending.callback(postgres.running.stop)
        conninfo = make_conninfo(postgres.conninfo, dbname=postgres.create())
        installation = parts.new_installation(folder, found, conninfo, "127.0.0.1:1", postgres.passwords)
        ending.callback(installation.stop)
        settings = installation.settings
        for step in ("streams.migrate", "serving.migrate"):
            installation.run(step)
        bundle = build(settings.bundles / "policy.tar.gz", settings.secrets / "bundle.key", found.opa)
        opa = parts.start_opa(folder / "opa", found, bundle.path, settings.secrets / "bundle.pub", settings.opa_socket)
        ending.callback(opa.stop)
        world = World(settings.dsn, None)
        ending.callback(world.close)
        world.open_installation(bundle.sha256)
        account, cameos = _people(world)
        with ConnectionPool(settings.dsn("api"), min_size=1, max_size=1, open=True) as pool:
            made = make_token(PostgresAccessStore(pool), secrets.token_bytes(32), account, frozenset(PERSON), now=datetime.now(UTC))
        installation.start("api", "serving.api")
        yield Place(installation, account, made.secret, cameos)


def _people(world: World) -> tuple[str, dict[str, list[str]]]:
    asking = world.register("asking")
    found: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for _ in range(EACH):
        owner = world.register()
        found[BASELINE].append(world.activate_cameo(owner))
        blocking = world.register()
        found["blocked by the owner"].append(world.activate_cameo(blocking))
        world.audience(cameo_of(blocking), "everyone")
        world.block(blocking, asking)
        begun = world.register()
        world.append("api", cameo_of(begun), cameo.EnrolmentStarted(
            enrolment="e", owner=begun, profile="basic", phrase=("one",), movements=("left",), expires_at_us=1,
            consent_text_version="1", consent_text_sha256="0" * 64,
        ))  # fmt: skip
        found["never activated"].append(cameo_of(begun))
        found["no such cameo"].append(stream_id("cameo", secrets.token_bytes(16)))
    return asking, found


if __name__ == "__main__":
    main()
