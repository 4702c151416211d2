"""Commands about identity that need no installation: assess media that an operator has. Enrols nobody."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

import click
import msgspec

from identity.core.challenge import Challenge
from identity.core.checks.about import CHECKS, About, belongs
from identity.core.codes import CODES
from identity.core.effects import EFFECTS, Effect, effect_of
from identity.core.rates import Rate, rates, worst
from identity.offline import (
    REFUSE_FROM,
    REVIEW_FROM,
    LabelsError,
    Offline,
    ThresholdsError,
    assess,
    files_of,
    labelled,
    labels_of,
    named,
    thresholds_of,
)
from infra.places import Places
from schemas.cameo import Profile as Named
from serving.cli.session import show

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def identity() -> None:
    """Assess recordings as an enrolment would, on media of your own."""


@identity.command("checks")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def list_checks(*, as_json: bool) -> None:
    """List the numbered checks: what each asks, the attack it is for, its codes and what failing them leads to.

    Thresholds and their sources stand beside every score of `cameo identity assess --json`; what each check costs and how
    often it errs is measured in docs/identity-accuracy.md.
    """
    if as_json:
        show([{**msgspec.to_builtins(one), "name": one.name, "codes": dict(_codes_of(one))} for one in CHECKS], as_json=True)
        return
    for one in CHECKS:
        click.echo(f"{one.number:>2} {one.name}: {one.asks}\n     against: {one.against}")
        for effect in Effect:
            named = [code for code, leads_to in _codes_of(one) if leads_to == effect]
            if named:
                click.echo(f"     {effect}: {', '.join(named)}")


def _codes_of(one: About) -> list[tuple[str, str]]:
    known = sorted({*CODES, *EFFECTS})
    return [(code, str(effect_of(code))) for code in known if belongs(code, one)]


@identity.command("assess")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--challenge", "challenge_file", type=FILE, help="The challenge answered, as JSON (cameo enrol start --json); left out: its checks are."
)
@click.option("--labels", "labels_file", type=FILE, help="CSV with columns file and label: bona_fide, or the name of a kind of attack.")
@click.option(
    "--thresholds",
    "thresholds_file",
    type=FILE,
    help="Thresholds to try, as JSON: code and number; attack.likely and review.doubtful: limits of the fused probability.",
)
@click.option("--profile", type=click.Choice(get_args(Named)), default="basic", show_default=True, help="Whose deciding checks to apply.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text, with every score.")
def assess_files(
    *, path: Path, challenge_file: Path | None, labels_file: Path | None, thresholds_file: Path | None, profile: str, as_json: bool
) -> None:
    """Run the numbered checks on PATH, a recording or a folder of them; with labels, tell APCER and BPCER.

    Nothing is stored or sent. Exit code 0: every file was accepted, or rates were told; 1: a file was refused or would be
    held for a reviewer because of what was seen; 2: wrong use, also labels that name none of the files.

    What a program wrote, as ffmpeg does and most published sets are, is refused for that alone (injection.encoder, injection.timing).
    To measure the other checks on such media lift both: --thresholds FILE with

    \b
    {"injection.encoder": 99, "injection.timing": 0}

    \b
    cameo identity assess take.webm
    cameo identity assess recordings/ --labels labels.csv --json > report.json
    cameo identity assess recordings/ --labels labels.csv --thresholds mine.json
    """
    files = files_of(path)
    if not files:
        raise click.UsageError(f"{path} holds no recording (webm, mp4, mkv, mov, m4v, avi)")
    root = path if path.is_dir() else path.parent
    labels, thresholds = _labels(labels_file, files, root), _thresholds(thresholds_file)
    answers: list[Offline] = []
    for answer in _assessed(files, profile, _challenge(challenge_file), thresholds):
        answers.append(answer)
        if not as_json:
            click.echo(_line(answer))
    _all_known(thresholds, answers)
    found = [one for answer in answers if (one := labelled(answer, labels, root)) is not None]
    told = rates(found)
    if as_json:
        show(_report(answers, told, profile), as_json=True)
    elif labels:
        click.echo("\n".join(_rates(told, len(answers) - len(found))))
    sys.exit(0 if labels or all(answer.accepted for answer in answers) else 1)


def _assessed(files: Sequence[Path], profile: str, challenge: Challenge | None, thresholds: Mapping[str, float]) -> Iterator[Offline]:
    from identity.adapters.models import Models  # noqa: PLC0415 -- torch: --help and wrong use need none of it
    from identity.core.assessment import Profile  # noqa: PLC0415 -- likewise
    from identity.errors import ModelMissingError  # noqa: PLC0415 -- likewise

    folder = Path(os.environ.get("CAMEO_MODELS") or Places.from_env(os.environ).models)
    try:
        models: Any = Models.load(folder)  # cached properties, which the checker does not take for a protocol's
    except ModelMissingError as error:
        raise click.ClickException(f"{error}: make setup, or set CAMEO_MODELS") from error
    began_s = time.monotonic()
    for place, file in enumerate(files, start=1):
        click.echo(f"[{place}/{len(files)}{_left(began_s, place - 1, len(files))}] {file.name}", err=True)
        with _silent_libraries():
            answer = assess(file, models, Profile(profile), challenge, thresholds)
        yield answer
    models.close()


def _left(began_s: float, done: int, count: int) -> str:
    """Say how long the rest takes at the pace so far; nothing before the third file, whose pace still holds the loading of models."""
    if done < 2:
        return ""
    seconds = round((time.monotonic() - began_s) / done * (count - done))
    return f", {seconds // 60} min {seconds % 60} s left"


@contextmanager
def _silent_libraries() -> Generator[None]:
    """Keep what native libraries write to standard error away from people; Python's own errors come after."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _labels(table: Path | None, files: Sequence[Path], root: Path) -> Mapping[str, str | None]:
    """Read labels, and hold them against the files before hours go by: of no file they give no rates."""
    if table is None:
        return {}
    try:
        labels = labels_of(table)
    except LabelsError as error:
        raise click.UsageError(str(error)) from error
    used = {named(file, labels, root) for file in files} - {None}
    if not used:
        example = files[0].relative_to(root).as_posix()
        raise click.UsageError(
            f"{table.name} labels none of the {len(files)} recordings in {root}: write a file as {example}, or its name alone"
        )
    if len(used) < len(labels):
        click.echo(f"{len(labels) - len(used)} of the {len(labels)} labels name no recording here", err=True)
    return labels


def _thresholds(table: Path | None) -> Mapping[str, float]:
    try:
        return {} if table is None else thresholds_of(table)
    except ThresholdsError as error:
        raise click.UsageError(str(error)) from error


def _all_known(thresholds: Mapping[str, float], answers: Sequence[Offline]) -> None:
    """Warn of a threshold that nothing was compared with: a mistyped code would look as if it changed nothing."""
    measured = {one.code for answer in answers for one in answer.results} | {REFUSE_FROM, REVIEW_FROM}
    for code in thresholds:
        if code not in measured:
            click.echo(f"no recording here was measured for {code}: its threshold changed nothing", err=True)


def _challenge(file: Path | None) -> Challenge | None:
    """Read a challenge as the API gives it: phrase and movements are what counts; time and account are not held against a file."""
    if file is None:
        return None
    try:
        asked: dict[str, Any] = msgspec.json.decode(file.read_bytes())
        given = {"challenge_id": "offline", "account": "account-" + "0" * 32, "issued_at_us": 0, "expires_at_us": 1}
        return msgspec.convert(given | {key: asked[key] for key in ("phrase", "movements")}, Challenge)
    except (msgspec.DecodeError, msgspec.ValidationError, KeyError, TypeError) as error:
        raise click.UsageError(f"{file} is no challenge with phrase and movements: {error}") from error


def _line(answer: Offline) -> str:
    left_out = f"  (without checks {', '.join(map(str, answer.left_out))})" if answer.left_out else ""
    verdict = "held" if answer.held else "to review" if answer.review else "accepted" if answer.accepted else "refused"
    return f"{verdict:<9} {answer.file}  {' '.join(answer.codes)}{left_out}".rstrip()


def _rates(told: Sequence[Rate], unlabelled: int) -> Iterator[str]:
    for one in told:
        percent = [f"{value / 10_000:.1f} %" for value in (one.rate_micro, one.low_micro, one.high_micro)]
        held = f", {one.held} more held for a reviewer" if one.held else ""
        yield f"{one.name:<32} {one.errors:>5} of {one.count:<5} {percent[0]:>8}  (95 %: {percent[1]} to {percent[2]}){held}"
    if unlabelled:
        yield f"{unlabelled} files have no label and count nowhere"


def _report(answers: Sequence[Offline], told: Sequence[Rate], profile: str) -> dict[str, Any]:
    most = worst(told)
    return {
        "profile": profile,
        "files": [msgspec.to_builtins(answer) for answer in answers],
        "rates": [msgspec.to_builtins(one) for one in told],
        "worst_attack": None if most is None else most.name,
    }


COMMANDS = {"identity": identity}
