"""Owns one attempt from its gate to its report: ask, open, watch, release. Does not render and records nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from identity.keys.errors import KeyholderRefusedError, KeyholderUnavailableError
from identity.keys.wire import OpenAnswer, OpenAsk, ReleaseAnswer, ReleaseAsk
from policy.errors import PolicyUnavailableError, StaleViewError, ViewError
from policy.ports import PolicyEngine
from schemas.generation import Action
from serving.core.attempt import AttemptRequest, FastDecision, Outcome, Report, Reporter
from serving.core.gate import CATCH_UP_US, AskAgain, Continue, Held, Kill, behind, glance, judged
from serving.replica.asker import Asker, Said, UnknownGenerationError, ask
from serving.replica.frames import Done, Failed, Ready, Step
from serving.replica.lookout import POLL_S, Lookout, mono_us, wall_us
from serving.replica.offspring import ChildFailedError, Offspring
from serving.replica.ports import Gatekeeper

TRIES = 3
START_UP_S = 60.0
"""How long a child may take to load its engine before it is given up. Unmeasured for cold disks."""


@dataclass(frozen=True, slots=True)
class End:
    """How the attempt ends; becomes the report."""

    outcome: Outcome
    codes: tuple[str, ...] = ()
    action: Action = "start"
    reported_by: Reporter = "replica"
    final: bool = False
    decision: FastDecision | None = None


@dataclass(frozen=True, slots=True)
class Permitted:
    """The keyholder opened: its answer, what it held, and the question to ask from here on."""

    package: bytes
    held: Held
    said: Said
    action: Action


class Attempt:
    """Runs one attempt. `on_progress` is called with thousandths and must return at once."""

    def __init__(
        self,
        request: AttemptRequest,
        replica: str,
        lookout: Lookout,
        policy: PolicyEngine,
        keyholder: Gatekeeper,
        child: Offspring,
        on_progress: Callable[[int], None],
    ) -> None:
        self._request = request
        self._replica = replica
        self._lookout = lookout
        self._policy = policy
        self._keyholder = keyholder
        self._child = child
        self._on_progress = on_progress
        self._honours: tuple[str, ...] = ()
        self._timings: dict[str, int] = {}

    def run(self) -> Report:
        """Run to the end. The child is gone when this returns, whatever happened."""
        try:
            end = self._run()
        except ChildFailedError:
            end = End("lost", ("engine.failed",))
        except StaleViewError as error:
            end = End("lost", (error.code,))
        except ViewError:
            end = End("lost", ("feed.missing",))
        finally:
            gone_at_us = self._child.kill()
        return self._report(end, gone_at_us)

    def _run(self) -> End:
        with self._timed("start_up"):
            ready = self._child.ready(START_UP_S)
        self._honours = ready.honours
        gate = self._pass_gate(ready)
        if isinstance(gate, End):
            return gate
        made = self._watch(gate)
        if isinstance(made, End):
            return made
        self._child.kill()
        try:
            return self._release(made, gate.action)
        finally:
            Path(made.path).unlink(missing_ok=True)

    def _pass_gate(self, ready: Ready) -> Permitted | End:
        """Ask on the view first, then the keyholder; what moved in between is asked again."""
        for _ in range(TRIES):
            said = self._decide("start")
            if isinstance(said, End):
                return said
            answer = self._open(ready, said)
            if isinstance(answer, End):
                return answer
            if answer.outcome == "opened" and answer.package is not None:
                held = Held(answer.holding, answer.not_after_us, self._request.lease_until_us)
                return Permitted(answer.package, held, said, "draft" if said.answer.review else "release")
        return End("lost", ("consent.contended",))

    def _open(self, ready: Ready, said: Said) -> OpenAnswer | End:
        asking = OpenAsk(
            generation=self._request.generation,
            attempt=self._request.attempt,
            public_key=ready.public_key,
            engine=ready.engine,
            honours=ready.honours,
            bundle_sha256=said.answer.bundle_sha256,
        )
        with self._timed("open"):
            try:
                answer = self._keyholder.open(asking)
            except KeyholderUnavailableError as error:
                return End("refused", (error.code,))
            except KeyholderRefusedError as error:
                return End("refused", error.codes)
        if answer.outcome == "refused":
            return End("refused", answer.codes, "start", "keyholder", answer.final)
        return answer

    def _decide(self, action: Action) -> Said | End:
        """Ask on a view that is fresh and knows of the lease. A refusal counts on a view that has seen all before it."""
        for wait in (self._lookout.await_lease, self._lookout.await_everything_before_lease):
            with self._timed("wait"):
                code = wait()
            if code is not None:
                return End("lost", (code,), action)
            said = self._ask(action)
            if isinstance(said, End) or said.answer.permit:
                return said
        return End("refused", said.answer.unmet, action, decision=said.decision)

    def _ask(self, action: Action) -> Said | End:
        try:
            said = self._question(action)
        except PolicyUnavailableError:
            return End("refused", ("policy.unavailable",), action)
        except UnknownGenerationError:
            return End("refused", ("feed.missing",), action)
        self._add("view", said.view_us)
        self._add("policy", said.policy_us)
        return said

    def _question(self, action: Action) -> Said:
        request = self._request
        return ask(self._lookout.view, self._policy, request.generation, action, self._honours, request.attempt)

    def _watch(self, gate: Permitted) -> Done | End:
        """Glance when the view was written, and every 5 ms. The child begins at the first glance that finds nothing to ask."""
        asker = Asker(lambda: self._question(gate.action), gate.said.decision.holding)
        streams = tuple(gate.held.holding)
        opened_us, begun_us = mono_us(), 0
        while True:
            sight, asked = self._lookout.sight(gate.held), asker.asked(streams)
            if not begun_us and behind(gate.held, self._request.attempt, sight) and mono_us() < opened_us + CATCH_UP_US:
                self._lookout.pause()
                continue
            match glance(gate.held, self._request.attempt, sight, asked):
                case Kill(codes):
                    return self._stop(codes, asker)
                case AskAgain():
                    asker.again()
                case Continue() if not begun_us and judged(sight, asked):
                    begun_us = mono_us()
                    self._add("catch_up", begun_us - opened_us)
                    self._child.begin(gate.package)
            made = self._heed_child()
            if made is not None:
                self._add("render", mono_us() - begun_us)
                return made

    def _heed_child(self) -> Done | End | None:
        self._child.beat()
        for frame in self._child.take(POLL_S):
            match frame:
                case Step(permille):
                    self._on_progress(permille)
                case Done():
                    return frame
                case Failed(code):
                    return End("lost", (code,))
                case Ready():
                    return End("lost", ("engine.failed",))
        return None

    def _stop(self, codes: tuple[str, ...], asker: Asker) -> End:
        noticed_us = mono_us()
        self._child.kill()
        self._add("kill", mono_us() - noticed_us)
        return End("stopped", codes, "release", decision=asker.decision)

    def _release(self, made: Done, action: Action) -> End:
        for _ in range(TRIES):
            said = self._decide(action)
            if isinstance(said, End):
                return said
            answer = self._offer(made, said, action)
            if isinstance(answer, End):
                return answer
        return End("lost", ("consent.contended",), action)

    def _offer(self, made: Done, said: Said, action: Action) -> ReleaseAnswer | End:
        asking = ReleaseAsk(
            generation=self._request.generation,
            attempt=self._request.attempt,
            sealed_path=Path(made.path).name,
            sealed_sha256=made.sealed_sha256,
            bundle_sha256=said.answer.bundle_sha256,
        )
        with self._timed("release"):
            try:
                answer = self._keyholder.release(asking)
            except KeyholderUnavailableError as error:
                return End("lost", (error.code,), action)
            except KeyholderRefusedError as error:
                return End("refused", error.codes, action)
        match answer.outcome:
            case "released" | "draft":
                return End(answer.outcome, action=action)
            case "refused":
                return End("refused", answer.codes, action, "keyholder", answer.final)
            case "changed":
                return answer

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        begun_us = mono_us()
        try:
            yield
        finally:
            self._add(step, mono_us() - begun_us)

    def _add(self, step: str, spent_us: int) -> None:
        self._timings[step] = self._timings.get(step, 0) + spent_us

    def _report(self, end: End, gone_at_us: int) -> Report:
        return Report(
            replica=self._replica,
            generation=self._request.generation,
            attempt=self._request.attempt,
            outcome=end.outcome,
            codes=end.codes,
            action=end.action,
            reported_by=end.reported_by,
            final=end.final,
            process_gone_at_us=gone_at_us,
            decision=end.decision,
            timings_us=self._timings,
            time_us=wall_us(),
        )
