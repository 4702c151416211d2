"""Checkpoints are signed notes that other tools read."""

from __future__ import annotations

import pytest

from streams.core.errors import NoteError
from streams.core.note import (
    Checkpoint,
    VerifierKey,
    checkpoint_text,
    open_note,
    origin_of,
    public_of,
    read_checkpoint,
    read_verifier,
    sign_note,
)

# The example of golang.org/x/mod/sumdb/note.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
SEED = bytes(range(32))
KEY = VerifierKey(origin_of("main"), public_of(SEED))


def test_a_note_signed_by_another_tool_opens() -> None:
    assert open_note(NOTE, read_verifier(NEUMANN)).startswith("If you think")


def test_a_verifier_key_survives_being_written_down() -> None:
    assert str(read_verifier(NEUMANN)) == NEUMANN
    assert read_verifier(str(KEY)) == KEY


@pytest.mark.parametrize("wrong", ["", "name+00000000+AQ==", NEUMANN.replace("c74f20a3", "c74f20a4"), NEUMANN[:-4]])
def test_a_verifier_key_whose_parts_do_not_belong_together_is_refused(wrong: str) -> None:
    with pytest.raises(NoteError):
        read_verifier(wrong)


def test_a_checkpoint_reads_as_it_was_written() -> None:
    checkpoint = Checkpoint(KEY.name, 70_000, bytes(32))
    assert read_checkpoint(sign_note(checkpoint_text(checkpoint), KEY.name, SEED), KEY) == checkpoint


@pytest.mark.parametrize(("old", "new"), [("70000", "70001"), ("cameo/main", "cameo/else"), ("\u2014 ", "- ")])
def test_an_altered_checkpoint_is_refused(old: str, new: str) -> None:
    note = sign_note(checkpoint_text(Checkpoint(KEY.name, 70_000, bytes(32))), KEY.name, SEED)
    assert old in note
    with pytest.raises(NoteError):
        read_checkpoint(note.replace(old, new, 1), KEY)


def test_a_checkpoint_signed_by_somebody_else_is_refused() -> None:
    note = sign_note(checkpoint_text(Checkpoint(KEY.name, 1, bytes(32))), KEY.name, bytes(32))
    with pytest.raises(NoteError):
        read_checkpoint(note, KEY)


def test_signatures_of_witnesses_are_passed_over() -> None:
    note = sign_note(checkpoint_text(Checkpoint(KEY.name, 1, bytes(32))), KEY.name, SEED)
    witness = sign_note(checkpoint_text(Checkpoint(KEY.name, 1, bytes(32))), "witness", bytes(32)).splitlines()[-1]
    assert read_checkpoint(note + witness + "\n", KEY).size == 1
