"""A bank asks whether this is still the person of a cameo, by commands, on a whole installation: what it gets, and what it does not.

The actor is synthetic media, so their cameo is of the sandbox, the operators opened the sandbox, and the assertion says so.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
import pytest
from click.testing import CliRunner

from identity.keys.client import KeyholderClient
from identity.keys.errors import KeyholderRefusedError
from schemas.account import StepUpSet
from schemas.ids import cameo_of
from serving.assertion_keys import read_keys
from serving.cli.main import cameo
from serving.core.assertion import LEEWAY_S, LIVES_S, Passed, sign
from serving.demo.people import ACTORS
from serving.demo.stage import Stage, wait_for
from serving.engines.portrait.actor import record
from serving.engines.portrait.faces import FaceModels
from serving.engines.portrait.speech import KokoroSpeaker
from streams.adapters.postgres import PostgresEventStore
from streams.ports import Append, Appended, NewEvent
from tests.e2e.live import TRIES, WITHOUT, Enrolled, answer_live

pytestmark = pytest.mark.timeout(600)
BANK = "https://bank.example"
SANDBOX = "urn:cameo:main:sandbox"
CLAIMS = {"iss", "aud", "sub", "nonce", "jti", "iat", "auth_time", "exp", "acr", "amr", "assurance"}


@dataclass
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)

    @property
    def problem(self) -> dict[str, Any]:
        """What it printed where it failed."""
        return json.loads(self.err)


class Scene:
    """Maeve, whose cameo it is; a bank; and the commands of both."""

    def __init__(self, stage: Stage, enrolled: Enrolled, folder: Path) -> None:
        self.settings, self.enrolled, self.folder = stage.settings, enrolled, folder
        for _ in range(TRIES):
            if enrolled.state["state"] == "activated":
                break
            enrolled.enrol()  # a slow actor waits for a reviewer: begin again
        assert enrolled.state["state"] == "activated", enrolled.state["reasons"]
        self.received: list[str] = []
        """Everything that the bank was sent."""
        tokens = {"maeve": enrolled.token, "bank": stage.register("bank")["token"], "second": stage.second_operator("second")["token"]}
        for name, token in tokens.items():
            (self.settings.var / "tokens" / name).write_text(token, encoding="utf-8")
        self.account = self.run("me", "--as", "maeve").told["account"]
        opened = self.run("switch", "on", "sandbox_use", "--reason", "the actors are fictional", "--as", "operator").told
        assert self.run("switch", "confirm", opened["proposal"], "--reason", "seen", "--as", "second").code == 0

    def run(self, *command: str) -> Ended:
        """Run a command as somebody would who has the installation's folder."""
        environ = {"CAMEO_VAR": str(self.settings.var), "CAMEO_API": self.settings.api, "CAMEO_TOKEN": None}
        found = CliRunner().invoke(cameo, [*command, "--json"], env=environ)
        if "bank" in command:
            self.received.append(found.stdout)
        return Ended(found.exit_code, found.stdout, found.stderr)

    def ask(self, level: str) -> dict[str, str]:
        """Have the bank ask Maeve."""
        return self.run("verification", "ask", "maeve", "--audience", BANK, "--level", level, "--as", "bank").told

    def answer(self, *command: str) -> dict[str, Any]:
        """Have Maeve take a challenge with this command and answer it live, and wait for the checks, until it passed; the challenge.

        A busy machine leaves frames out, which reads as a face that jumps, as other movements, as slowness: she tries again, as anybody does.
        """
        said: dict[str, Any] = {}
        for _ in range(TRIES):
            shown = self.run("verification", *command, "--without", *WITHOUT, "--as", "maeve").told
            device = (self.settings.var / "device").read_text(encoding="utf-8")
            said, _ = answer_live(self.settings, self.enrolled.token, shown["live"], device)
            if said["type"] != "sealed":
                continue
            status = ("verification", "status", shown["challenge"], "--as", "maeve")
            ended = wait_for("the checks' answer", lambda status=status: decided(self.run(*status)), every_s=0.3)
            if ended.code == 0:
                return shown
            said = ended.problem
        raise AssertionError(said)

    def fetch(self, question: str) -> Path:
        """Fetch the bank's assertion."""
        path = self.folder / f"{secrets.token_hex(4)}.jwt"
        ended = self.run("verification", "show", question, "--wait", "5", "--out", str(path), "--as", "bank")
        assert ended.code == 0, ended.err
        self.received.append(path.read_text(encoding="utf-8"))
        return path

    def keys(self) -> Path:
        """Fetch the keys."""
        path = self.folder / f"{secrets.token_hex(4)}.json"
        assert self.run("verification", "keys", "--out", str(path), "--as", "bank").code == 0
        return path


def check(path: Path, keys: Path, nonce: str, **changed: str) -> Ended:
    """Check offline: no installation, no token."""
    options = {"audience": BANK, "nonce": nonce, "issuer": SANDBOX, "level": "stepwise"} | changed
    command = ["verification", "check", str(path), "--keys", str(keys), "--json"]
    command += [part for name, value in options.items() for part in (f"--{name}", value)]
    found = CliRunner().invoke(cameo, command, env={"CAMEO_VAR": str(path.parent / "none"), "CAMEO_API": "127.0.0.1:1"})
    return Ended(found.exit_code, found.stdout, found.stderr)


def joons_answer(models: Path, shown: dict[str, Any]) -> bytes:
    with FaceModels(models) as faces:
        still, speaker = (ACTORS / "joon.jpg").read_bytes(), KokoroSpeaker(models)
        return record(
            still, shown["movements"], shown["phrase"], "jm_kumo", faces, speaker, fps=15, side_px=400, seed=secrets.randbelow(2**31)
        )


def decided(ended: Ended) -> Ended | None:
    return ended if ended.code != 0 or ended.told["state"] == "passed" else None


@pytest.fixture(scope="module")
def scene(stage: Stage, enrolled: Enrolled, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(stage, enrolled, tmp_path_factory.mktemp("bank"))


@dataclass
class Answered:
    """A question that Maeve answered live, and what the bank fetched."""

    question: str
    cameo: str
    nonce: str
    assertion: Path
    keys: Path


@pytest.fixture(scope="module")
def answered(scene: Scene) -> Answered:
    asked = scene.ask("stepwise")
    (seen,) = scene.run("verification", "list", "--as", "maeve").told["verifications"]
    assert (seen["party"], seen["audience"], seen["level"]) == ("bank", BANK, "stepwise")
    scene.answer("answer", asked["verification"])
    assert scene.run("verification", "list", "--as", "maeve").told["verifications"] == [], "what passed is over"
    return Answered(asked["verification"], asked["cameo"], asked["nonce"], scene.fetch(asked["verification"]), scene.keys())


def test_the_bank_checks_offline_what_it_was_told(scene: Scene, answered: Answered) -> None:
    ended = check(answered.assertion, answered.keys, answered.nonce, cameo=answered.cameo)
    assert ended.code == 0, ended.err
    assert (ended.told["cameo"], ended.told["assurance"], ended.told["level"]) == (cameo_of(scene.account), "sandbox", "stepwise")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"nonce": "another-nonce-of-the-bank"}, "nonce"),
        ({"audience": "https://other.example"}, "Audience"),
        ({"level": "light"}, "level"),
        ({"cameo": "cameo-" + "0" * 32}, "another cameo"),
        ({"issuer": "urn:cameo:main"}, "issuer"),
    ],
)
def test_for_anything_else_it_does_not_hold_and_says_why(answered: Answered, changed: dict[str, str], why: str) -> None:
    ended = check(answered.assertion, answered.keys, **({"nonce": answered.nonce} | changed))
    assert (ended.code, ended.out) == (1, "")
    assert why in ended.err


def test_an_hour_later_it_does_not_hold(scene: Scene, answered: Answered) -> None:
    long_ago = int(time.time()) - LIVES_S - LEEWAY_S - 1
    passed = Passed("v", cameo_of(scene.account), BANK, answered.nonce, "stepwise", long_ago, "sandbox")
    path = scene.folder / "old.jwt"
    path.write_text(sign(read_keys(scene.settings.secrets).seed, scene.settings.tenant, passed), encoding="utf-8")
    ended = check(path, answered.keys, answered.nonce)
    assert ended.code == 1
    assert "too old" in ended.err


def test_after_a_rotation_what_was_signed_before_holds_and_what_is_signed_now_needs_the_new_keys(scene: Scene, answered: Answered) -> None:
    assert len(scene.run("verification", "rotate").told["published"]) == 2
    now, keys = scene.fetch(answered.question), scene.keys()
    kid = jwt.get_unverified_header(now.read_text())["kid"]
    assert kid != jwt.get_unverified_header(answered.assertion.read_text())["kid"]
    assert [check(one, keys, answered.nonce).code for one in (answered.assertion, now)] == [0, 0]
    stale = check(now, answered.keys, answered.nonce)
    assert (stale.code, "not in the set" in stale.err) == (1, True)


def test_another_actor_gives_no_assertion_and_is_told_why(scene: Scene) -> None:
    asked = scene.ask("upload")
    shown = scene.run("verification", "answer", asked["verification"], "--way", "upload", "--as", "maeve").told
    film = scene.folder / "joon.webm"
    film.write_bytes(joons_answer(scene.settings.models, shown))
    ended = scene.run("verification", "submit", shown["challenge"], str(film), "--as", "maeve")
    assert (ended.code, ended.out) == (1, "")
    assert {"face.other_person", "face.unsure"} & set(ended.problem["codes"])
    assert "not the face that your cameo was made with" in ended.problem["detail"]
    assert scene.run("verification", "show", asked["verification"], "--as", "bank").told == {"state": "waiting", "assertion": None}
    assert scene.run("verification", "decline", asked["verification"], "--as", "maeve").code == 0
    assert scene.run("verification", "show", asked["verification"], "--as", "bank").told == {"state": "waiting", "assertion": None}


def test_the_bank_was_sent_no_image_and_no_template_and_the_recordings_are_gone(scene: Scene, answered: Answered) -> None:
    claims = jwt.decode(answered.assertion.read_text(), options={"verify_signature": False})
    assert set(claims) == CLAIMS
    store = PostgresEventStore(scene.settings.dsn("worker"), scene.settings.tenant, max_connections=1)
    history = store.read(cameo_of(scene.account))
    store.close()
    keyholder = KeyholderClient(scene.settings.keyholder_socket, scene.settings.secret("token-worker").decode())
    assessed = [one for one in history if one.type == "enrolment.assessed"][-1]
    template = keyholder.unseal(assessed.stream, assessed.event_id, "compare")["template"]
    sent = "".join(scene.received)
    assert len(sent) < 10_000
    for form in (
        template.hex(),
        base64.b64encode(template[: len(template) // 3 * 3]).decode(),
        base64.urlsafe_b64encode(template[3:99]).decode(),
    ):
        assert form[:40] not in sent
    asked = {one.data["verification"] for one in history if one.type == "verification.answered"}
    shown = [one for one in history if one.type == "enrolment.recording_received" and one.data["enrolment"] in asked]
    assert len(shown) >= 2
    for one in shown:
        with pytest.raises(KeyholderRefusedError):
            keyholder.get_evidence(one.data["evidence"], "verify")


def test_a_proof_of_oneself_lets_one_widening_command_through_and_narrowing_needs_none(scene: Scene) -> None:
    switch_step_up_on(scene)  # as the command writes it, which asks for a live proof of its own: half a minute more
    refused = scene.run("audience", "everyone", "--as", "maeve")
    assert (refused.code, refused.problem["code"]) == (1, "step_up.required")
    shown = scene.answer("prove")
    assert scene.run("audience", "everyone", "--code", shown["proof"], "--as", "maeve").code == 0
    second = scene.run("audience", "everyone", "--remix", "--code", shown["proof"], "--as", "maeve")
    assert (second.code, second.problem["code"]) == (1, "step_up.wrong")
    assert scene.run("pause", "--as", "maeve").code == 0


def switch_step_up_on(scene: Scene) -> None:
    store = PostgresEventStore(scene.settings.dsn("api"), scene.settings.tenant, max_connections=1)
    event = NewEvent(scene.account, StepUpSet(on=True), secrets.token_hex(16))
    assert isinstance(store.append(Append(actor=scene.account, events=[event], correlation="test")), Appended)
    store.close()
