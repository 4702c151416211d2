"""Owns opening an attempt: decide on the ledger's own facts, record the start, hand out the keys. Does not render."""

from __future__ import annotations

from dataclasses import dataclass

from identity.keys.errors import KeyGoneError, SealBrokenError
from identity.keys.package import Package, pack
from identity.keys.sealing import plan_digest
from identity.keys.vault import Vault
from identity.keys.wire import OpenAnswer, OpenAsk
from schemas.generation import GenerationDecided, GenerationStarted
from schemas.ids import is_stream
from serving.core.plan import PlanError, plan_from_bytes
from serving.keyholder.core import Standing, ends_generation, open_refusal, quota_of, started_for, uses_of_basis
from serving.keyholder.exact import TRIES, Asked, Exact, Reading
from streams.ports import Appended, ClockAstray, Conflict, Exhausted, Expired, Outcome

PUBLIC_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class _Plan:
    """The plan of a generation in clear, and the handle on its mark."""

    plan: bytes
    mark: str


class Opener:
    """Opens attempts. Safe between threads; a repeated call gives the same attempt and key its package again."""

    def __init__(self, exact: Exact, vault: Vault, film_public_key: bytes) -> None:
        """`film_public_key`: children seal their films to it."""
        self._exact = exact
        self._vault = vault
        self._film_public_key = film_public_key

    def open(self, ask: OpenAsk, caller: str) -> OpenAnswer:
        """Decide, record and hand out. `caller`: who signed. Raises what Exact raises: nothing was handed out then."""
        if not _is_public_key(ask.public_key):
            return _refused("attempt.key_malformed")
        asked = Asked(ask.generation, "start", ask.attempt, ask.honours)
        plan: _Plan | str | None = None
        last = "consent.contended"
        for _ in range(TRIES):
            reading = self._exact.read(asked)
            if reading is None:
                return _refused("generation.unknown")
            refusal = open_refusal(reading.standing, ask.attempt, ask.public_key, ask.engine)
            if refusal is None and plan is None:
                plan = self._plan(reading.standing)
            if refusal is not None or not isinstance(plan, _Plan):
                return self._lied(reading.standing, ask, caller, refusal or str(plan))
            started = started_for(reading.standing, ask.attempt, ask.public_key)
            if started is not None and started.holding == reading.holding:
                return self._hand_over(ask, caller, plan, started)
            decided = self._decide(ask, caller, plan, reading)
            if isinstance(decided, OpenAnswer):
                return decided
            last = code_of(decided)
        return _refused(last)

    def _decide(self, ask: OpenAsk, caller: str, plan: _Plan, reading: Reading) -> OpenAnswer | Outcome:
        """One try: an answer, or the outcome after which to decide again."""
        answer = self._exact.answer(reading)
        if not answer.permit:
            return self._refuse(reading, self._exact.decided(reading, answer))
        if not answer.bundle_sha256 == reading.bundle_sha256 == ask.bundle_sha256:
            return _refused("bundle.superseded")
        code = self._missing_key(reading)
        if code is not None:
            if self._rekeyed(reading):
                return Conflict(reading.asked.generation, reading.standing.revision, reading.standing.revision)
            return self._refuse(reading, self._exact.decided_here(reading.standing, "start", ask.attempt, (code,), {}))
        assets = reading.assets or ()
        lease = reading.standing.lease
        self._vault.keyring.note_lease([asset.key_id for asset in assets], 0 if lease is None else lease.lease_until_us)
        decided = self._exact.decided(reading, answer)
        started = GenerationStarted(
            attempt=ask.attempt,
            decision=decided.decision,
            public_key=ask.public_key,
            holding=reading.holding,
            not_after_us=answer.not_after_us,
            uses=uses_of_basis(answer.basis, reading.standing.reserved, quota_of(reading.input)),
            assets=assets,
        )
        outcome = self._exact.append_held(reading, decided, started, answer.not_after_us)
        return self._hand_over(ask, caller, plan, started, answer.obligations) if isinstance(outcome, Appended) else outcome

    def _refuse(self, reading: Reading, decided: GenerationDecided) -> OpenAnswer | Outcome:
        if not ends_generation(decided.codes):
            return _refused(*decided.codes)
        outcome = self._exact.append_refusal(reading, decided)
        if isinstance(outcome, Appended):
            return OpenAnswer(outcome="refused", codes=decided.codes, final=True, decision=decided.decision)
        return outcome

    def _missing_key(self, reading: Reading) -> str | None:
        """Tell why the likenesses cannot be handed out, which policy does not know."""
        if reading.assets is None:
            return "likeness.missing"
        try:
            for asset in reading.assets:
                self._vault.keyring.key(asset.key_id)
        except KeyGoneError:
            return "key.destroyed"
        return None

    def _rekeyed(self, reading: Reading) -> bool:
        """Tell whether the assets were sealed anew since they were read: their old keys are gone, which refuses nobody."""
        now = self._exact.read(reading.asked)
        return now is not None and now.assets is not None and now.assets != reading.assets

    def _hand_over(
        self,
        ask: OpenAsk,
        caller: str,
        plan: _Plan,
        started: GenerationStarted,
        obligations: tuple[str, ...] | None = None,
    ) -> OpenAnswer:
        """Give the package, after looking once more that nothing that was held has moved since the append."""
        if obligations is None:
            obligations = self._obligations(ask.generation, started.decision)
        standing = self._exact.still(ask.generation, started.holding)
        if standing is None:
            return OpenAnswer(outcome="changed")
        refusal = open_refusal(standing, ask.attempt, ask.public_key, ask.engine)
        if refusal is not None:
            return self._lied(standing, ask, caller, refusal)
        if started.not_after_us is not None and standing.now_us >= started.not_after_us:
            return _refused("consent.expired")
        try:
            likenesses = tuple(self._vault.likeness(asset.key_id) for asset in started.assets)
        except KeyGoneError:
            return _refused("key.destroyed")
        package = Package(
            generation=ask.generation,
            attempt=ask.attempt,
            plan=plan.plan,
            obligations=obligations,
            mark=plan.mark,
            likenesses=likenesses,
            film_public_key=self._film_public_key,
            not_after_us=started.not_after_us,
        )
        return OpenAnswer(
            outcome="opened",
            package=pack(package, bytes.fromhex(ask.public_key)),
            decision=started.decision,
            holding=started.holding,
            not_after_us=started.not_after_us,
            obligations=obligations,
        )

    def _lied(self, standing: Standing, ask: OpenAsk, caller: str, code: str) -> OpenAnswer:
        asked = {"caller": caller, "attempt": ask.attempt, "public_key": ask.public_key, "engine": ask.engine}
        self._exact.record_lie(standing, "start", ask.attempt, code, asked)
        return _refused(code)

    def _plan(self, standing: Standing) -> _Plan | str:
        """Open the plan that was requested; a code where it cannot be, or is not the one whose digest is on record."""
        request = next(envelope for envelope in self._exact.store.read(standing.generation) if envelope.type == "generation.requested")
        try:
            fields = self._vault.unseal(request, ("plan", "plan_salt"))
            if plan_digest(fields["plan_salt"], fields["plan"]) != standing.plan_digest:
                return "plan.digest_mismatch"
            return _Plan(fields["plan"], plan_from_bytes(fields["plan"]).mark)
        except KeyGoneError:
            return "key.destroyed"
        except (SealBrokenError, PlanError, KeyError, ValueError):
            return "plan.unreadable"

    def _obligations(self, generation: str, decision: str) -> tuple[str, ...]:
        for envelope in self._exact.store.read(generation):
            if envelope.type == "generation.decided" and envelope.data["decision"] == decision:
                return tuple(envelope.data["obligations"])
        message = f"{generation} was started by {decision}, which is not on record"
        raise LookupError(message)


def _is_public_key(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) == PUBLIC_KEY_BYTES
    except ValueError:
        return False


def _refused(*codes: str) -> OpenAnswer:
    return OpenAnswer(outcome="refused", codes=codes)


def code_of(outcome: Outcome) -> str:
    """Tell the code of an append that wrote nothing."""
    match outcome:
        case Exhausted(allowance):
            return "quota.exhausted" if is_stream("account", allowance) else "uses.exhausted"
        case Expired():
            return "consent.expired"
        case ClockAstray():
            return "clock.astray"
        case Conflict() | _:
            return "consent.contended"
