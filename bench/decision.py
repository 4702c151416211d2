"""Measures a decision at a replica: reading the view, asking OPA by three clients, both together. Owns no threshold.

`python -m bench.decision [--decisions N] [--cameos N]` writes bench/results/decision.json.
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bench.arriving import fill_view
from bench.results import Row, write
from infra.parts.opa import Opa
from policy.adapters.opa import DECISION_PATH, OpaEngine
from policy.adapters.opa_client import OpaAdministration
from policy.adapters.view import ViewReader
from policy.bundle import build
from policy.core.opening import opening_events
from policy.core.question import gather, question_of
from policy.program import ENTRY, find_opa, run_opa
from schemas import account, cameo, codec, consent, generation
from schemas.ids import cameo_of
from schemas.registry import Event

PATIENT_S = 5.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=3000)
    parser.add_argument("--cameos", type=int, default=5000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cm-bench-", dir="/tmp") as folder:
        rows = measure(Path(folder), given.decisions, given.cameos)
    write("decision", rows)


def measure(folder: Path, decisions: int, cameos: int) -> list[Row]:
    binary = find_opa()
    signing, verification = keys(folder)
    bundle = build(folder / "bundles" / "policy.tar.gz", signing, binary)
    filled = fill(folder / "view", bundle.sha256, cameos)
    reader = ViewReader(folder / "view")
    opa = Opa(binary, folder / "opa.sock", bundle.path, verification)
    server = subprocess.Popen(opa.command())
    try:
        while not opa.is_ready():
            time.sleep(0.05)
        return measured(reader, filled, opa.socket, decisions) + evaluated(binary, bundle.archived, reader, filled[0])
    finally:
        server.terminate()
        server.wait()


def measured(reader: ViewReader, generations: list[str], path: Path, n: int) -> list[dict[str, Any]]:
    """Measure each part and the whole, one at a time and from four threads."""
    engine, client = OpaEngine(path, PATIENT_S), OpaAdministration(path, PATIENT_S)

    def read(place: int) -> dict[str, Any]:
        with reader.reading() as facts:
            question = question_of(facts, generations[place % len(generations)], "start")
            assert question is not None
            return gather(facts, question).input

    inputs = [read(place) for place in range(200)]
    assert all(engine.evaluate(one).permit for one in inputs[:20])
    held = ["policy-main", "switch-main", *generations[:6]]
    leaner, library, plain, view, poll, whole = timed(
        n,
        lambda place: engine.evaluate(inputs[place % 200]),
        lambda place: client.evaluate(inputs[place % 200]),
        raw(path, inputs),
        read,
        lambda _: reader.consent_revisions(held),
        lambda place: engine.evaluate(read(place)),
    )
    single, threads = per_second(lambda place: engine.evaluate(read(place)), 1, n), per_second(lambda p: engine.evaluate(read(p)), 4, n)
    client.close()
    rows = [Row(f"view read and gather, {q}", "ms", quantile(view, q), None, n) for q in ("p50", "p99")]
    rows += [Row(f"poll of 8 consent revisions, {q}", "ms", quantile(poll, q), None, n) for q in ("p50", "p99")]
    rows += [
        Row(f"ask OPA: http.client beside {name}, {q}", "ms", quantile(leaner, q), quantile(peer, q), n)
        for name, peer in (("opa-python-client", library), ("a raw socket", plain))
        for q in ("p50", "p99")
    ]
    rows += [Row(f"decision at a replica: view, gather, OPA, {q}", "ms", quantile(whole, q), None, n) for q in ("p50", "p99")]
    rows.append(Row("decisions a second, one after another", "1/s", round(single), None, n))
    rows.append(Row("decisions a second, from four threads", "1/s", round(threads), None, n))
    return rows


def evaluated(binary: Path, bundle: Path, reader: ViewReader, stream: str) -> list[dict[str, Any]]:
    """Measure the evaluation alone, by `opa bench`."""
    with reader.reading() as facts:
        question = question_of(facts, stream, "start")
        assert question is not None
        asked = codec.canonical(gather(facts, question).input)
    told = json.loads(
        run_opa(
            binary, "bench", "--bundle", bundle, "--stdin-input", "--optimize-store-for-read-speed", "--format", "json", ENTRY, stdin=asked
        )
    )
    extra = {name.removeprefix("histogram_timer_rego_query_eval_ns_"): value for name, value in told["Extra"].items()}
    names = (("min", "least"), ("median", "p50"), ("99%", "p99"))
    return [Row(f"evaluation alone (opa bench), {q}", "ms", round(extra[name] / 1e6, 3), None, told["N"]) for name, q in names]


def raw(path: Path, inputs: list[dict[str, Any]]) -> Callable[[int], object]:
    """Ask with nothing but a socket: the floor for any client."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(str(path))

    def ask(place: int) -> object:
        body = json.dumps({"input": inputs[place % 200]}).encode()
        head = f"POST {DECISION_PATH} HTTP/1.1\r\nHost: l\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
        return json.loads(connection.recv(65536).partition(b"\r\n\r\n")[2])["result"]

    return ask


def timed(n: int, *asked: Callable[[int], object]) -> list[list[float]]:
    """Time n calls of each in ms, in turn, so that each sees the same machine; after some that warm up."""
    found: list[list[float]] = [[] for _ in asked]
    for place in range(-200, n):
        for times, call in zip(found, asked, strict=True):
            begun = time.perf_counter()
            call(place)
            if place >= 0:
                times.append((time.perf_counter() - begun) * 1000)
    return found


def per_second(asked: Callable[[int], object], threads: int, n: int) -> float:
    """Count calls a second from some threads."""
    workers = [threading.Thread(target=lambda: [asked(place) for place in range(n // threads)]) for _ in range(threads)]
    begun = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return (n // threads) * threads / (time.perf_counter() - begun)


def quantile(times: list[float], name: str) -> float:
    return round(statistics.quantiles(times, n=100)[int(name[1:]) - 1], 4)


def fill(folder: Path, bundle_sha256: str, cameos: int) -> list[str]:
    """Fill a view with cameos, each with a grant and a judged request; the generations."""
    histories = chain(opening_events(bundle_sha256, ["portrait"]), chain.from_iterable(map(permitted, range(cameos))))
    fill_view(folder, histories)
    return [f"generation-{number:032x}" for number in range(cameos)]


def permitted(number: int) -> list[tuple[str, Event]]:
    """Tell the history of one permitted question."""
    owner, requester, stream = f"account-{number:032x}", f"account-{number:031x}f", f"generation-{number:032x}"
    stream_of_cameo = cameo_of(owner)
    challenge: dict[str, Any] = {"phrase": ("one",), "movements": ("left",), "consent_text_version": "1", "consent_text_sha256": "0"}
    use = generation.CameoUse(cameo=stream_of_cameo, facets=("face", "voice"))
    verdict = generation.Verdict(cameo=stream_of_cameo, restrictions_revision=0, finding="allowed", categories=())
    known = account.AccountRegistered(region="KR", locale="ko", minor=False)
    return [
        *(() if owner == requester else ((owner, known),)), (requester, known),
        (stream_of_cameo, cameo.EnrolmentStarted(enrolment="e", owner=owner, profile="basic", expires_at_us=1, **challenge)),
        (stream_of_cameo, cameo.EnrolmentActivated(enrolment="e", assurance="basic")),
        (stream_of_cameo, consent.GrantGiven(grant="g", grantee=requester, purposes=("personal",), facets=("face", "voice"),
                                             from_us=None, until_us=None, uses=5, review=False)),
        (stream, generation.GenerationRequested(requester=requester, cameos=(use,), purpose="personal", plan_digest="d",
                                                engine="portrait", width_px=512, height_px=512, duration_ms=5000)),
        (stream, generation.GenerationJudged(plan_digest="d", classifier="words/1", hard_blocks=(), verdicts=(verdict,))),
    ]  # fmt: skip


def keys(folder: Path) -> tuple[Path, Path]:
    """Make an ES256 pair."""
    key, pem = ec.generate_private_key(ec.SECP256R1()), serialization.Encoding.PEM
    signing, verification = folder / "bundle.key", folder / "bundle.pub"
    signing.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    verification.write_bytes(key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo))
    return signing, verification


if __name__ == "__main__":
    main()
