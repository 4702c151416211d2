"""Owns assessing files that an operator has, outside any enrolment: the same checks on any media. Stores and sends nothing.

Without a challenge the checks that need one (2, 3, 6) are left out, and the answer says so: it is then no enrolment's.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from identity.core.assessment import CHECK_NAMES, Activated, Assessment, CheckResult, NeedsReview, Profile, decide
from identity.core.challenge import Challenge, Movement
from identity.core.context import Asked
from identity.core.enrolment import Submission
from identity.core.rates import Labelled
from identity.errors import IdentityError
from identity.extraction import ModelSet
from identity.handlers import assess_recording

OF_A_CHALLENGE: Final = frozenset({2, 3, 6})
SUFFIXES: Final = frozenset({".webm", ".mp4", ".mkv", ".mov", ".m4v", ".avi"})
NOBODY: Final = "account-" + "0" * 32
BONA_FIDE: Final = "bona_fide"


class LabelsError(IdentityError):
    """A table of labels cannot be read; the message says which line and why."""


class Offline(msgspec.Struct, frozen=True):
    """One file's answer. `left_out`: numbers of checks that were not asked, for want of a challenge."""

    file: str
    accepted: bool
    review: bool
    codes: tuple[str, ...]
    left_out: tuple[int, ...]
    results: tuple[CheckResult, ...]


def files_of(path: Path) -> tuple[Path, ...]:
    """List what is to be assessed: the file, or the media files of a folder and its folders, in order of name."""
    if path.is_file():
        return (path,)
    return tuple(sorted(one for one in path.rglob("*") if one.suffix.lower() in SUFFIXES and one.is_file()))


def labels_of(table: Path) -> Mapping[str, str | None]:
    """Read labels: a CSV with columns `file` and `label`. `bona_fide` is None; any other label names a kind of attack.

    Raises LabelsError, OSError.
    """
    found: dict[str, str | None] = {}
    with table.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        if not {"file", "label"} <= set(rows.fieldnames or ()):
            raise LabelsError(f"{table} needs the columns file and label, it has {', '.join(rows.fieldnames or ()) or 'none'}")
        for row in rows:
            file, label = (row["file"] or "").strip(), (row["label"] or "").strip()
            if not file or not label or file in found:
                raise LabelsError(
                    f"{table}, line {rows.line_num}: {'named twice' if file in found else 'file or label is missing'}: {file!r}"
                )
            found[file] = None if label == BONA_FIDE else label
    return found


def assess(path: Path, models: ModelSet, profile: Profile, challenge: Challenge | None) -> Offline:
    """Assess one file as if it had come in time, from whom it should, for the first time.

    Raises ModelMissingError, DecoderFailedError, OSError.
    """
    asked = challenge or Challenge("offline", NOBODY, ("none",), (Movement.LEFT,), 0, 1)  # asked for nothing: its checks are left out
    context = Asked(asked, Submission(asked.account, asked.issued_at_us), matches=())
    return _answer(path, assess_recording(path, context, profile, models), profile, challenge is not None)


def labelled(answer: Offline, labels: Mapping[str, str | None], root: Path) -> Labelled | None:
    """Join an answer to its label, by path below the folder, else by name; None where there is none."""
    path = Path(answer.file)
    names = [path.name] if not path.is_relative_to(root) else [path.relative_to(root).as_posix(), path.name]
    for name in names:
        if name in labels:
            return Labelled(labels[name], answer.accepted, answer.codes)
    return None


def _answer(path: Path, found: Assessment, profile: Profile, with_challenge: bool) -> Offline:  # noqa: FBT001 -- private
    if with_challenge:
        decision = decide(found, profile)
        accepted = isinstance(decision, Activated | NeedsReview)
        codes = () if isinstance(decision, Activated) else decision.codes
        return Offline(str(path), accepted, isinstance(decision, NeedsReview), codes, (), found.results)
    kept = tuple(one for one in found.results if one.number not in OF_A_CHALLENGE)
    failed = tuple(dict.fromkeys(one.code for one in kept if not one.passed and one.decisive))
    return Offline(
        str(path), not failed, review=False, codes=failed, left_out=tuple(sorted(OF_A_CHALLENGE & set(CHECK_NAMES))), results=kept
    )
