"""What the judge makes of words that it cannot open: later it asks again, never it takes them for nothing."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from identity.keys.errors import KeyholderRefusedError, KeyholderUnavailableError
from schemas.cameo import EnrolmentStarted
from schemas.consent import RestrictionSet
from schemas.envelope import Sealed
from serving.core.judging import judge
from serving.judge.lexicon import installed
from serving.judge.reading import Reader
from streams.fakes import InMemoryEventStore
from streams.ports import Append, NewEvent

CAMEO, OWNER = "cameo-" + "c" * 32, "account-" + "a" * 32
TEXT = 'no politics, and never a "pineapple"'


class Alike:
    """Finds everything harmless."""

    version = "alike"

    def alike(self, topics: Sequence[str], sentences: Sequence[str]) -> list[list[float]]:
        return [[float(topic == installed().harmless[0]) for _ in sentences] for topic in topics]


class Keyholder:
    """Opens the one rule, or refuses with a code."""

    def __init__(self) -> None:
        self.code: str | None = None

    def unseal(self, stream: str, event_id: str, purpose: str) -> dict[str, bytes]:
        del stream, event_id, purpose
        if self.code is not None:
            raise KeyholderRefusedError((self.code,))
        return {"text": TEXT.encode()}


@pytest.fixture
def keyholder() -> Keyholder:
    return Keyholder()


@pytest.fixture
def reader(keyholder: Keyholder) -> Reader:
    store = InMemoryEventStore()
    started = EnrolmentStarted(
        enrolment="e", owner=OWNER, profile="basic", phrase=("one",), movements=("left",), expires_at_us=1,
        consent_text_version="1", consent_text_sha256="0" * 64,
    )  # fmt: skip
    rule = RestrictionSet(restriction="r", categories=("politics",), active=True)
    sealed = {"text": Sealed(key_id="key", nonce=os.urandom(12), ciphertext=b"c")}
    news = [NewEvent(CAMEO, started, "event-1"), NewEvent(CAMEO, rule, "event-2", sealed)]
    store.append(Append(actor=OWNER, events=news, correlation="test"))
    return Reader(store, keyholder, installed())  # type: ignore[arg-type]


def finding(reader: Reader, prompt: str) -> str:
    return judge("0" * 64, [prompt], [reader.ruled(CAMEO)], installed(), Alike()).verdicts[0].finding


def test_a_rule_is_read_with_its_words(reader: Reader) -> None:
    assert finding(reader, "a pineapple pizza") == "refused"
    assert finding(reader, "walking on a beach") == "allowed"


@pytest.mark.parametrize("code", ["ledger.unavailable", "ledger.behind", "caller.unauthenticated"])
def test_a_keyholder_that_cannot_open_a_rule_now_is_asked_again(reader: Reader, keyholder: Keyholder, code: str) -> None:
    keyholder.code = code
    with pytest.raises(KeyholderUnavailableError):
        reader.ruled(CAMEO)
    keyholder.code = None
    assert finding(reader, "a pineapple pizza") == "refused"


@pytest.mark.parametrize("code", ["key.destroyed", "seal.broken"])
def test_a_rule_whose_words_are_gone_lets_nothing_through_unseen(reader: Reader, keyholder: Keyholder, code: str) -> None:
    keyholder.code = code
    assert finding(reader, "a pineapple pizza") == "uncertain"
    assert finding(reader, "a political rally") == "refused"
