"""Owns reading what is asked for and what its subjects forbid, through the keyholder. Does not judge: see serving.core.judging."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from identity.keys.errors import KeyholderRefusedError, KeyholderUnavailableError
from identity.keys.sealing import plan_digest
from serving.core.judging import Lexicon, Rule, Ruled, known, understand
from serving.core.plan import PlanError, plan_from_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from identity.keys.client import KeyholderClient
    from schemas.envelope import Envelope
    from streams.ports import EventStore

PURPOSE = "judge"
GONE = frozenset({"key.destroyed", "seal.broken"})
"""Codes of what nobody will ever read again; after any other, it is asked for again."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one generation asks for, as texts; `unreadable` when there is nothing that could be judged."""

    plan_digest: str
    texts: tuple[str, ...]
    unreadable: bool


class Reader:
    """Reads prompts and rules. A rule's text never changes, so each is opened once."""

    def __init__(self, store: EventStore, keyholder: KeyholderClient, lexicon: Lexicon) -> None:
        self._store = store
        self._keyholder = keyholder
        self._lexicon = lexicon
        self._rules: dict[str, Rule] = {}

    def asked(self, generation: str) -> Asked:
        """Read a request. Raises KeyholderUnavailableError, LedgerUnavailableError."""
        requested = self._store.read(generation)[0]
        digest = requested.data["plan_digest"]
        fields = self._opened(generation, requested.event_id)
        if fields is None:
            return Asked(digest, (), unreadable=True)
        if plan_digest(fields["plan_salt"], fields["plan"]) != digest:
            return Asked(digest, (), unreadable=True)
        try:
            return Asked(digest, _texts(fields), unreadable=False)
        except (PlanError, UnicodeDecodeError):
            return Asked(digest, (), unreadable=True)

    def ruled(self, cameo: str) -> Ruled:
        """Read a cameo's rules at one revision of them. Raises KeyholderUnavailableError, LedgerUnavailableError."""
        with self._store.snapshot() as facts:
            stands = facts.get(cameo, "restrictions")
            active = facts.scan(cameo, "restriction/")
        if stands is None or not active:
            return Ruled(cameo, 0 if stands is None else stands.revision, ())
        written = {fact.revision for _, fact in active}
        events = [envelope for envelope in self._store.read(cameo) if envelope.revision in written]
        return Ruled(cameo, stands.revision, tuple(self._rule(envelope) for envelope in events))

    def _rule(self, envelope: Envelope) -> Rule:
        """Understand a rule by its categories and its words; one whose words are gone is not understood whole."""
        found = self._rules.get(envelope.event_id)
        if found is None:
            named = known(envelope.data["categories"], self._lexicon)
            words = self._words(envelope)
            read = understand(words or "", self._lexicon)
            found = replace(read, categories=named.categories | read.categories, whole=_whole(words, named, read))
            self._rules[envelope.event_id] = found
        return found

    def _words(self, envelope: Envelope) -> str | None:
        if "text" not in envelope.sealed:
            return ""
        fields = self._opened(envelope.stream, envelope.event_id)
        try:
            return None if fields is None else fields["text"].decode()
        except UnicodeDecodeError:
            return None

    def _opened(self, stream: str, event_id: str) -> Mapping[str, bytes] | None:
        """Open an event's fields; None where they are gone for good. Raises KeyholderUnavailableError for any other refusal."""
        try:
            return self._keyholder.unseal(stream, event_id, PURPOSE)
        except KeyholderRefusedError as error:
            if not GONE.intersection(error.codes):
                raise KeyholderUnavailableError(str(error)) from error
            return None


def _whole(words: str | None, named: Rule, read: Rule) -> bool:
    """Tell whether all of a rule is known: its words if it has any, else the categories it names."""
    if words is None:
        return False
    return read.whole if words else named.understood


def _texts(fields: Mapping[str, bytes]) -> tuple[str, ...]:
    plan = plan_from_bytes(fields["plan"])
    shown = [text for scene in plan.scenes for text in (scene.setting, scene.action)]
    spoken = [line.text for scene in plan.scenes for line in scene.lines]
    return (fields.get("prompt", b"").decode(), *shown, *spoken)
