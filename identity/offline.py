"""Owns assessing files that an operator has, outside any enrolment: the same checks on any media. Stores and sends nothing.

Without a challenge the checks that need one (2, 3, 6) are left out, and the answer says so: it is then no enrolment's. No file
answers step by step, so checks 12 and 13 are never asked, and that a level would need them is not held against it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from identity.core import fusion
from identity.core.assessment import MICRO, Activated, Assessment, CheckResult, NeedsReview, Polarity, Profile, Refused, decide
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
BY_RULE: Final = frozenset({"review.level", "review.required", "review.accessible"})
"""Why a reviewer looks whatever was seen: no sign against a recording."""
REFUSE_FROM: Final = "attack.likely"
REVIEW_FROM: Final = "review.doubtful"
"""Names under which the limits of the fused probability can be tried: refused from, to a reviewer from; 0..1."""


class LabelsError(IdentityError):
    """A table of labels cannot be read; the message says which line and why."""


class ThresholdsError(IdentityError):
    """A table of thresholds cannot be read or names what no check measures."""


class Offline(msgspec.Struct, frozen=True):
    """One file's answer. `left_out`: numbers of checks that were not asked, for want of a challenge.

    `accepted`: nothing was seen against it, though a rule may ask for a reviewer. `review`: a reviewer would look.
    Neither accepted nor refused (`held`): a reviewer would look because of what was seen.
    """

    file: str
    accepted: bool
    review: bool
    codes: tuple[str, ...]
    left_out: tuple[int, ...]
    results: tuple[CheckResult, ...]
    attack_micro: int = 0

    @property
    def held(self) -> bool:
        """Tell whether a reviewer would look because of what was seen."""
        return self.review and not self.accepted


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


def thresholds_of(table: Path) -> Mapping[str, float]:
    """Read thresholds to try: a JSON object of code and number, in the measure's own unit, as `--json` tells them.

    Raises ThresholdsError, OSError.
    """
    try:
        return msgspec.json.decode(table.read_bytes(), type=dict[str, float])
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise ThresholdsError(f"{table} is no JSON object of codes and numbers: {error}") from error


def assess(
    path: Path, models: ModelSet, profile: Profile, challenge: Challenge | None, thresholds: Mapping[str, float] | None = None
) -> Offline:
    """Assess one file as if it had come in time, from whom it should, for the first time.

    Raises ModelMissingError, DecoderFailedError, OSError.
    """
    asked = challenge or Challenge("offline", NOBODY, ("none",), (Movement.LEFT,), 0, 1)  # asked for nothing: its checks are left out
    context = Asked(asked, Submission(asked.account, asked.issued_at_us), matches=())
    found = assess_recording(path, context, profile, models)
    return answer(path, found, profile, thresholds or {}, with_challenge=challenge is not None)


def answer(path: Path, found: Assessment, profile: Profile, thresholds: Mapping[str, float], *, with_challenge: bool) -> Offline:
    """Decide on what was found, by these thresholds where they are given."""
    left_out = frozenset() if with_challenge else OF_A_CHALLENGE
    results = tuple(tried(one, thresholds) for one in found.results)
    kept = tuple(one for one in results if one.number not in left_out)
    attack = fusion.attack_probability(kept)
    passed = tuple(msgspec.structs.replace(one, passed=True) if one.number in left_out else one for one in results)
    limits = {name: round(thresholds[name] * MICRO) for name in (REFUSE_FROM, REVIEW_FROM) if name in thresholds}
    decision = decide(
        msgspec.structs.replace(found, results=passed, attack_micro=attack),
        profile,
        refuse_micro=limits.get(REFUSE_FROM),
        review_micro=limits.get(REVIEW_FROM),
    )
    codes = () if isinstance(decision, Activated) else decision.codes
    accepted = not isinstance(decision, Refused) and set(codes) <= BY_RULE
    return Offline(str(path), accepted, isinstance(decision, NeedsReview), codes, tuple(sorted(left_out)), kept, attack)


def tried(one: CheckResult, thresholds: Mapping[str, float]) -> CheckResult:
    """Compare a score with another threshold than the published one."""
    if one.code not in thresholds:
        return one
    limit = round(thresholds[one.code] * MICRO)
    passed = one.score_micro >= limit if one.polarity is Polarity.HIGHER_IS_LIVE else one.score_micro <= limit
    return msgspec.structs.replace(one, threshold_micro=limit, passed=passed, threshold_source="given for this run")


def labelled(answer: Offline, labels: Mapping[str, str | None], root: Path) -> Labelled | None:
    """Join an answer to its label; None where there is none."""
    name = named(Path(answer.file), labels, root)
    return None if name is None else Labelled(labels[name], answer.accepted, answer.codes, answer.held)


def named(file: Path, labels: Mapping[str, str | None], root: Path) -> str | None:
    """Tell by which name a file is labelled: its path below the folder, else its own; None where it is not."""
    names = [file.name] if not file.is_relative_to(root) else [file.relative_to(root).as_posix(), file.name]
    return next((name for name in names if name in labels), None)
