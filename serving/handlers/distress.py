"""The commands by which a person sets a word for danger, or takes it back. It is never shown, and nothing tells whether there is one.

Said in a recording it activates nothing, looks as if it did, and calls for help: streams.core.seeming, docs/review.md.
"""

from __future__ import annotations

from identity.core.spoken import normalised
from identity.core.words import DIGITS, WORDS
from identity.core.words_ko import DIGITS_KO, WORDS_KO
from schemas.account import DistressSet
from serving.errors import InvalidError
from serving.handlers import step_up
from serving.handlers.apps import require_in_person
from serving.handlers.desk import Caller, Desk
from serving.ports import ProofStore

LONGEST = 60
ASKED = frozenset((*WORDS, *DIGITS, *WORDS_KO, *DIGITS_KO))
"""What a challenge may ask for anyway."""


def set_word(desk: Desk, proofs: ProofStore, caller: Caller, word: str) -> None:
    """Set the word, in place of an earlier one; sealed. Asks for a fresh proof where the caller has that on."""
    require_in_person(caller)
    said = {language: normalised(word, language) for language in ("en", "ko")}
    if len(word) > LONGEST or not any(said.values()):
        raise InvalidError("distress.word", f"a word or short phrase of at most {LONGEST} letters, English or Korean", "choose another")
    if any(words and ASKED.issuperset(words) for words in said.values()):
        raise InvalidError("distress.asked", "a challenge may ask for that anyway", "choose another")
    if step_up.require(desk, proofs, caller, ["distress.set", word]):
        _append(desk, caller, {"word": word})


def clear(desk: Desk, proofs: ProofStore, caller: Caller) -> None:
    """Take the word back, whether or not there is one."""
    require_in_person(caller)
    if step_up.require(desk, proofs, caller, ["distress.clear"]):
        _append(desk, caller, {})


def _append(desk: Desk, caller: Caller, fields: dict[str, str]) -> None:
    event = desk.event(caller.account, DistressSet(), sealed_for=caller.account, fields=fields)
    desk.append(caller, [event], request=["distress", fields])
