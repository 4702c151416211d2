"""Steps 1 to 4: an actor enrols; a replay, a stricter profile and a flat photograph do not."""

from __future__ import annotations

from typing import Any

from serving.demo.people import ACTOR, Take, answer_of, flat_photograph
from serving.demo.stage import Stage, require, say, wait_for
from serving.handlers.enrolments import CONSENT_TEXT_SHA256

RETAKES = 2
PEOPLE = ("mina", "theo", "ren")
SETTLED = {"activated", "refused", "expired"}


def people_arrive(stage: Stage) -> None:
    """Register mina (whose likeness it is), theo (a friend), ren (a stranger), and open the sandbox, visibly."""
    for name in (*PEOPLE, "mina-basic", "mina-flat"):
        stage.register(name)
    body = {"on": True, "reason": "demonstration: the actors are fictional"}
    proposed = stage.client("operator").call("PUT", "/v1/switches/sandbox_use", body)
    stage.second_operator("second")
    stage.client("second").call("POST", f"/v1/switch-proposals/{proposed['proposal']}/confirmation", {"reason": body["reason"]})
    say("\n   Two operators let sandbox cameos be used by others, for this demonstration: switch sandbox_use on")


def challenge(stage: Stage, who: str, profile: str) -> dict[str, Any]:
    """Take a challenge."""
    body = {"profile": profile, "consent_text_sha256": CONSENT_TEXT_SHA256}
    return stage.client(who).call("POST", "/v1/enrolments", body)


def hand_in(stage: Stage, who: str, asked: dict[str, Any], take: Take) -> dict[str, Any]:
    """Hand a recording in and wait for the checks."""
    url = f"/v1/enrolments/{asked['enrolment']}"
    stage.client(who).upload(f"{url}/recording", take.recording, take.media_type, take.camera)
    return wait_for("the checks' answer", lambda: _settled(stage.client(who).call("GET", url)), every_s=0.2)


def _settled(state: dict[str, Any]) -> dict[str, Any] | None:
    return state if state["state"] in SETTLED else None


def _codes(state: dict[str, Any]) -> list[str]:
    return [one["code"] for one in state["reasons"]]


def an_actor_enrols(stage: Stage) -> dict[str, Any]:
    """1: re-records with a new challenge at most twice."""
    tried: list[list[str]] = []
    for _ in range(1 + RETAKES):
        asked = challenge(stage, "mina", "sandbox")
        say(f"     say: {' '.join(asked['phrase'])} · move: {', '.join(asked['movements'])}")
        take = answer_of(ACTOR, asked["phrase"], asked["movements"])
        state = hand_in(stage, "mina", asked, take)
        if state["state"] == "activated":
            stage.memory["take"] = take
            (stage.folder / "enrolment.webm").write_bytes(take.recording)
            return {"takes": len(tried) + 1, "cameo": state["cameo"], "noticed": state["noticed"], "refused before": tried}
        tried.append(_codes(state))
    message = f"not activated in {len(tried)} takes: {tried}"
    raise AssertionError(message)


def a_replay_is_refused(stage: Stage) -> dict[str, Any]:
    """2: the recording that activated mina answers no second challenge."""
    state = hand_in(stage, "mina", challenge(stage, "mina", "sandbox"), stage.memory["take"])
    require(state["state"] == "refused", f"it was {state['state']}")
    require(any(code.startswith("replay.") for code in _codes(state)), f"refused with {_codes(state)}")
    return {"codes": _codes(state)}


def basic_does_not_activate(stage: Stage) -> dict[str, Any]:
    """3: what the sandbox measures but does not decide on, `basic` decides on."""
    asked = challenge(stage, "mina-basic", "basic")
    state = hand_in(stage, "mina-basic", asked, answer_of(ACTOR, asked["phrase"], asked["movements"]))
    require(state["state"] == "refused", f"it was {state['state']}")
    return {"codes": _codes(state), "told": [one["message"] for one in state["reasons"]]}


def a_flat_photograph_is_refused(stage: Stage) -> dict[str, Any]:
    """4: a photograph that is swung does not turn."""
    asked = challenge(stage, "mina-flat", "sandbox")
    state = hand_in(stage, "mina-flat", asked, flat_photograph(ACTOR))
    require(state["state"] == "refused", f"it was {state['state']}")
    require(any(code.startswith("solid.") for code in _codes(state)), f"refused with {_codes(state)}")
    return {"codes": _codes(state), "told": [one["message"] for one in state["reasons"]]}
