"""Writes docs/identity-accuracy.md from bench/results/identity.json, so that the page cannot say what was not measured."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from bench.identity import threats
from bench.results import RESULTS
from identity.core.checks.about import CHECKS
from infra.places import ROOT

PAGE: Final = ROOT / "docs" / "identity-accuracy.md"
INTRO: Final = """# How accurate the checks on identity are

Written by `make bench-identity` (or `python -m bench.identity page`) from `bench/results/identity.json`; no figure was typed by
hand. {machine}. {date}.

## What this rests on, and what it is worth

Recordings are made at run time from published test media of real people and from fictional actors; nothing of a person is in this
repository. **Few people are in it: {people_fit} whose bona fide recordings are the half that was fitted on (`fit`), {people_report}
in the half that is reported (`report`)**, halves fixed by person before anything was measured. Their recordings are the same few clips in
other stretches, mirrored, reversed, and worn by noise, darkness, a bright window, compression and a slow camera. So counts are not
independent: an interval below says what chance would do to so many independent recordings, and *the truth for people in general may
lie well outside it*. With {people_report} people, all of whom pass, the 95 % interval for a person reaches {person_reach} of refusals.
Thresholds of single checks were chosen by their authors, some on the same clips (each says so in docs/identity.md); the weights of
the fused probability were fitted on `fit` alone. **The reported half was not blind**: while the bench was made its
recordings were looked at, and which stretches of a clip are used, two challenges, and what counts as passed (always in the
attacker's favour) were changed by what was seen. **Later changes to checks 1 and 3 began with what this page had said of the reported
half**: refusals of dark recordings, and a turn that also read as looking up in the only person of that half who makes several movements.
What replaced them (light and grain taken out of sharpness, the head's tilt out of its turns) was set on `fit`, but that something was
to be mended was learnt on `report`: read the share of people refused there as one that was worked on, not as a forecast.

- **A bona fide recording** is a stretch of a real clip with a challenge that asks for what the person in fact does in it, read from
  the clip. Only one person both is seen and is heard speaking; under the others lies read speech of one real speaker each, with its
  own words as the phrase, and the check of lips counts as passed. Who hardly turns in the clip counts as who cannot turn.
- **Noise and darkness** are grain of 7 and of 3.5 grey levels on every colour; before the evening of 21 November 2026 it lay on blue alone.
- **Films put together** (`frames_...`) are seven stretches a half in three ways each: doubled, tripled, half of it doubled; mixed of
  neighbours evenly, unevenly, along the optical flow; a part again backwards and forwards, forwards and brighter, backwards; standing
  still. A camera that halves its rate in the dark and gives each frame twice reads as a doubled film does: its owner meets a reviewer.
- **An attack** is given whatever would help it: the movements asked are those shown, the file looks like a browser's, prints and
  screens are spoken for by the attacker's own live voice (the checks of words and voice count as passed).
- **Nothing seen** (ISO/IEC 30107-3: the attack was classified as bona fide): no check refused and none sent it to a reviewer for
  what was seen; a rule may still ask for one, as for every single upload in `basic`. **Held**: a reviewer looks because of what was
  seen; what reviewers do is not measured. **Activated**: by machine alone. The estimated age (check 9) is not in these figures: of the
  seven clips it would send four to a reviewer for it, bona fide or not (docs/identity.md, "Age").
- **With light from the screen** is worked out: the share that the steps let by times the share that the check of light lets by of films
  without its light, or lit late by the turn-round (`identity.light` in docs/benchmarks.md, simulated on very few): no goal is met by it.
- **Step by step** is the platform's own protocol judged on a film of the answer: attackers answer with no delay but the turn-round
  named, which flatters them; people by drawn reaction times, which no person here really had.
"""
NOT_REACHED: Final[Mapping[str, str]] = {
    "apcer.physical": "prints and screens of real make, filmed by real cameras, to fit a texture or a moire model on; until then "
    "light from the screen and a reviewer stand behind it",
    "attack_success.synthetic": "those left in this half are loudspeakers beside a real face, whose lips count as fitting: recordings of "
    "real loudspeakers, and of people far from a microphone, to learn the difference from; light from the screen asked of everybody, "
    "where the picture is not live either",
    "bpcer": "recordings of many people by their own cameras answering real challenges; the clips here are others' edits",
    "verify_seconds_per_recorded_second": "a smaller second recogniser, or looking at every other frame",
    "memory of a checking process": "recognisers in a process of their own, shared by all workers",
}


def write_page() -> None:
    """Write the page, and the counts into the table of docs/enrolment.md. Raises FileNotFoundError where nothing was measured."""
    whole: dict[str, Any] = json.loads((RESULTS / "identity.json").read_text(encoding="utf-8"))
    PAGE.write_text("\n".join(_page(whole)) + "\n", encoding="utf-8")
    threats.write()


def _page(whole: Mapping[str, Any]) -> Iterator[str]:
    detail = whole["detail"]
    people = {half: detail[half]["people"]["upload"] for half in ("fit", "report")}
    yield INTRO.format(
        machine=whole["machine"], date=detail["date"], people_fit=len(people["fit"]), people_report=len(people["report"]),
        person_reach=_percent(_reach(len(people["report"]))),
    )  # fmt: skip
    if detail["cases_not_made"]:
        yield f"{detail['cases_not_made']} of the listed recordings were not made for this run and count nowhere.\n"
    yield from _goals(whole["rows"])
    yield from _kinds(detail)
    yield from _people(detail)
    yield from _checks(detail)
    yield from _costs(detail)
    yield from _fused(detail)


def _goals(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    rows = list(rows)
    yield "## The rows\n"
    yield "| what | measured | n | goal |"
    yield "| --- | ---: | ---: | --- |"
    for row in rows:
        goal = "" if row["goal"] is None else f"{row['goal']:g} {'met' if row['ours'] <= row['goal'] else '**missed**'}"
        yield f"| {row['what']} | {row['ours']:.3g} {row['unit'] if row['unit'] != 'share' else ''} | {row['n']:,} | {goal} |"
    missed = {name for row in rows if row["goal"] is not None and row["ours"] > row["goal"] for name in NOT_REACHED if name in row["what"]}
    if missed:
        yield "\n**Not reached, and what would reach it**\n"
        yield from (f"- `{name}`: {NOT_REACHED[name]}." for name in NOT_REACHED if name in missed)


def _kinds(detail: Mapping[str, Any]) -> Iterator[str]:
    for half in ("report", "fit"):
        yield f"\n## Attacks by kind, `{half}`\n"
        yield "An upload: nothing seen against it, and how many are held. Step by step, by turn-round: activated.\n"
        yield "| kind | n | people shown | nothing seen | 95 % | held | 300 ms | 1 s | 3 s | an upload is stopped by |"
        yield "| --- | ---: | ---: | ---: | --- | ---: | ---: | ---: | ---: | --- |"
        steps = {ms: {row["name"]: row for row in detail[half]["stepwise"][ms]} for ms in ("300", "1000", "3000")}
        for row in detail[half]["upload"]["kinds"]:
            live = " | ".join(str(steps[ms][row["name"]]["activated"]) for ms in steps)
            yield (
                f"| {row['name']} | {row['n']} | {row['people']} | {row['hits']} | {_interval(row)} | {row['doubted']} | {live} "
                f"| {row['stopped_by'] or '-'} |"
            )


def _people(detail: Mapping[str, Any]) -> Iterator[str]:
    for way, told in (("upload", "as uploads"), ("stepwise", "step by step")):
        yield f"\n## Bona fide recordings {told}\n"
        yield "| person, or worn by | half | recordings | refused | 95 % | held | refused by |"
        yield "| --- | --- | ---: | ---: | --- | ---: | --- |"
        for half in ("report", "fit"):
            yield from (f"{_line(row, half)} {row['refused_by'] or '-'} |" for row in detail[half]["people"][way])
        for half in ("report", "fit"):
            yield from (f"{_line(row, half)} |" for row in detail[half]["wears"][way])


def _checks(detail: Mapping[str, Any]) -> Iterator[str]:
    yield "\n## Each check alone, `report`, uploads\n"
    yield "Bona fide recordings that it refuses (BPCER), and attacks that it refuses; in brackets those that it sends to a reviewer.\n"
    yield "| check | bona fide refused | physical stopped | synthetic stopped | broken rules stopped |"
    yield "| --- | --- | --- | --- | --- |"
    for row in detail["report"]["upload"]["checks"]:
        cells = (f"{row[g]['hits']} of {row[g]['n']} (+{row[g + ' doubted']})" for g in ("bona fide", "physical", "synthetic", "rules"))
        yield f"| {row['number']} {row['name']} | {' | '.join(cells)} |"
    yield "\nA score passes on the side of its threshold that is shown. Where the threshold comes from stands beside it.\n"
    yield "| code | effect | passes | source | bona fide failing | 95 % | attacks failing | 95 % |"
    yield "| --- | --- | --- | --- | ---: | --- | ---: | --- |"
    for row in detail["report"]["codes"]:
        one, other = row["bona fide"], row["attacks"]
        cells = f"{one['hits']} of {one['n']} | {_interval(one)} | {other['hits']} of {other['n']} | {_interval(other)}"
        side = "from" if row["polarity"] == "higher_is_live" else "up to"
        yield f"| {row['number']} {row['code']} | {row['effect']} | {side} {row['threshold']:g} | {row['source']} | {cells} |"


def _costs(detail: Mapping[str, Any]) -> Iterator[str]:
    costs = (detail.get("speed") or {}).get("costs")
    if costs is None:
        return
    yield "\n## What each check costs, and what it is for\n"
    yield (
        "Milliseconds of CPU a recorded second. What several checks read is paid once and counted with each of them. "
        "Each part: " + ", ".join(f"{part} {ms:.0f}" for part, ms in sorted(costs["parts"].items(), key=lambda one: -one[1])) + ".\n"
    )
    yield "| check | asks whether | the attack it is for | alone, ms | with what it reads, ms |"
    yield "| --- | --- | --- | ---: | ---: |"
    for one in CHECKS:
        cost = costs["checks"][str(one.number)]
        yield f"| {one.number} {one.name} | {one.asks} | {one.against} | {cost['own']:.2g} | {cost['with what it reads']:.0f} |"


def _fused(detail: Mapping[str, Any]) -> Iterator[str]:
    model = detail["fusion"]
    yield "\n## The fused probability\n"
    yield (
        f"{model['source']}. To a reviewer from {model['review_micro'] / 1e6:g}, refused from {model['refuse_micro'] / 1e6:g}. "
        "Weights act on a score less its mean over its scale, clipped at 4; a score that is absent says nothing.\n"
    )
    yield "| score | mean | scale | weight towards attack |"
    yield "| --- | ---: | ---: | ---: |"
    yield from (f"| {one['code']} | {one['mean']:g} | {one['scale']:g} | {one['weight']:+.3f} |" for one in model["weights"])
    voice = detail["voices"]
    yield (
        f"\nVoices: {voice['speakers']} speakers, {voice['same']} pairs of one and {voice['other']} of two, 4 s of read speech each. "
        "Faces: the labelled pairs of photographs, at the threshold of check 9. Words: every sound of the bench once, against four "
        "other phrases each (a word changed, two in the other order, one missing, one too many)."
    )


def _line(row: Mapping[str, Any], half: str) -> str:
    return f"| {row['name']} | {half} | {row['n']} | {row['hits']} | {_interval(row)} | {row['doubted']} |"


def _interval(row: Mapping[str, Any]) -> str:
    return f"{_percent(row['low'])}-{_percent(row['high'])}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _reach(people: int) -> float:
    from identity.core.rates import wilson  # noqa: PLC0415 -- beside its one use

    return wilson(0, people)[1]
