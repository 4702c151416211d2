"""Steps 5 to 9: a stranger, a friend, a revocation in the middle of a render, a policy engine that is gone."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import av
import cv2

from serving.client import ApiError
from serving.demo.stage import Stage, require, wait_for

PROMPT = 'On a beach at noon, she waves and says "hello, I am glad that you asked me first"'
SECOND = 'In a city at night, she says "this film will never be finished, and that is how it should be"'
ME = "/v1/cameos/me"


def ask(stage: Stage, who: str, prompt: str) -> str:
    """Ask for a film with the actor's likeness."""
    body = {"cameo": "@mina", "prompt": prompt}
    return stage.client(who).call("POST", "/v1/generations", body)["generation"]


def outcome(stage: Stage, who: str, generation: str) -> dict[str, Any]:
    """Wait until a generation has ended."""
    return wait_for(f"the end of {generation}", lambda: _ended(look(stage, who, generation)), every_s=0.1)


def look(stage: Stage, who: str, generation: str) -> dict[str, Any]:
    """See how a generation stands."""
    return stage.client(who).call("GET", f"/v1/generations/{generation}")


def _ended(state: dict[str, Any]) -> dict[str, Any] | None:
    return state if state["ended"] else None


def _refused(stage: Stage, who: str, generation: str, *wanted: str) -> dict[str, Any]:
    state = outcome(stage, who, generation)
    codes = [one["code"] for one in state["reasons"]]
    require(state["state"] in {"refused", "lost"}, f"ended as {state['state']}")
    require(not wanted or set(wanted) & set(codes), f"refused with {codes}, expected one of {wanted}")
    require(all(one["remedy"] for one in state["reasons"]), "a reason without a remedy")
    try:
        stage.client(who).fetch(f"/v1/generations/{generation}/film")
    except ApiError as error:
        return {"generation": generation, "reasons": state["reasons"], "film": f"{error.status} {error.code}"}
    message = "a film was served that was never released"
    raise AssertionError(message)


def a_stranger_is_refused(stage: Stage) -> dict[str, Any]:
    """5: nobody gave the stranger anything."""
    return _refused(stage, "ren", ask(stage, "ren", PROMPT), "consent.required")


def a_friend_is_permitted(stage: Stage) -> dict[str, Any]:
    """6: a grant, a film, a notification."""
    grant = stage.client("mina").call("POST", f"{ME}/grants", {"account": "@theo", "uses": 10})
    begun_s = time.monotonic()
    generation = ask(stage, "theo", PROMPT)
    state = outcome(stage, "theo", generation)
    require(state["state"] == "released", f"ended as {state['state']}: {state['reasons']}")
    film = stage.client("theo").fetch(f"/v1/generations/{generation}/film")
    path = stage.folder / "film.mp4"
    path.write_bytes(film)
    with av.open(str(path)) as opened:
        frames = list(opened.decode(video=0))
        cv2.imwrite(str(stage.folder / "film.jpg"), frames[len(frames) // 3].to_ndarray(format="bgr24"))
    stage.memory |= {"film": generation, "decision": state["decision"], "grant": grant["grant"]}
    told = wait_for("mina's notification", lambda: _told(stage, generation), within_s=30)
    seconds = time.monotonic() - begun_s
    stage.figures["request_to_released_s"] = round(seconds, 2)
    return {"grant": grant["grant"], "generation": generation, "film": path.name, "bytes": len(film), "mina was told": told}


def _told(stage: Stage, generation: str) -> list[str]:
    items = stage.client("mina").call("GET", "/v1/notifications")["items"]
    return [one["kind"] for one in items if one["stream"] == generation and "released" in one["kind"]]


def a_revocation_stops_a_running_render(stage: Stage) -> dict[str, Any]:
    """7: "also stop what runs" ends it, and nothing is released."""
    generation = ask(stage, "theo", SECOND)
    wait_for("the second render", lambda: _renders(look(stage, "theo", generation)))
    time.sleep(1.0)
    stage.client("mina").call("POST", f"{ME}/revocations", {"strength": "stop"})
    acknowledged_us = time.time_ns() // 1000
    state = outcome(stage, "theo", generation)
    require(state["state"] == "stopped", f"ended as {state['state']}")
    row = wait_for("the audit row", lambda: _stopped_row(stage, generation), within_s=30)
    gone_us = round(datetime.fromisoformat(row["process_gone_at"]).timestamp() * 1e6)
    milliseconds = (gone_us - acknowledged_us) / 1000
    stage.figures["revocation_acknowledged_to_process_gone_ms"] = round(milliseconds, 1)
    return {"generation": generation, "ms from acknowledgement to stop": round(milliseconds, 1), "reasons": state["reasons"]}


def _renders(state: dict[str, Any]) -> bool:
    require(not state["ended"], f"it ended as {state['state']} before it could be stopped: {state['reasons']}")
    return state["state"] == "rendering"


def _stopped_row(stage: Stage, generation: str) -> dict[str, Any] | None:
    items = stage.client("auditor").call("GET", "/v1/audit", query={"generation": generation})["items"]
    return items[0] if items and items[0]["process_gone_at"] else None


def after_that_nothing_new_begins(stage: Stage) -> dict[str, Any]:
    """8: the grant went with the revocation."""
    return _refused(stage, "theo", ask(stage, "theo", PROMPT), "consent.required")


def without_policy_nothing_is_permitted(stage: Stage) -> dict[str, Any]:
    """9: OPA is stopped: refused with its own code; started again: works."""
    stage.client("mina").call("POST", f"{ME}/grants", {"account": "@theo", "uses": 10})
    body = {"cameo": "@mina", "prompt": "waving", "engine": "trivial", "duration_ms": 500}
    stage.daemon.stop("opa")
    wait_for("OPA's end", lambda: stage.daemon.processes()["opa"]["statename"] == "STOPPED", within_s=15)
    try:
        closed = stage.client("theo").call("POST", "/v1/generations", body)["generation"]
        refused = _refused(stage, "theo", closed, "policy.unavailable")
    finally:
        stage.daemon.begin("opa")
    wait_for("OPA", lambda: stage.daemon.processes()["opa"]["statename"] == "RUNNING", within_s=15)
    opened = stage.client("theo").call("POST", "/v1/generations", body)["generation"]
    state = outcome(stage, "theo", opened)
    require(state["state"] == "released", f"with OPA back it ended as {state['state']}: {state['reasons']}")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"without OPA": refused["reasons"], "with OPA again": state["state"], "at": now}
