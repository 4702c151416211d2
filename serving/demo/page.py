"""The audit page of the demo: one HTML file, readable by anybody, from what report.json and the audit hold."""

from __future__ import annotations

import html
from typing import Any

STYLE = """
:root { color-scheme: light dark; --line: #8884; --good: #1a7f4b; --bad: #b3362b }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.7rem } h2 { margin-top: 2.2rem; font-size: 1.2rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .45rem .6rem;
border-bottom: 1px solid var(--line) } td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.ok { color: var(--good); font-weight: 600 } .no { color: var(--bad); font-weight: 600 }
video { width: 100%; max-width: 32rem; border-radius: .5rem } code { font-size: .85em; overflow-wrap: anywhere }
ul { margin: 0; padding-left: 1.1rem } .wide { overflow-x: auto } figure { margin: 0 }
"""


def audit_page(steps: list[dict[str, Any]], audit: list[dict[str, Any]], figures: dict[str, Any]) -> str:
    """Render the page; every value is escaped."""
    done = sum(1 for step in steps if step["ok"])
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cameo: who generated what</title><style>{STYLE}</style></head><body>
<h1>Who generated what, and who said that they may</h1>
<p>{done} of {len(steps)} steps went as they must. The people are fictional; their cameos are marked <em>sandbox</em>.</p>
<figure><video controls muted poster="film.jpg" src="film.mp4"></video>
<figcaption>The film that mina permitted and theo asked for. It carries a visible mark.</figcaption></figure>
<h2>The record</h2><div class="wide"><table>
<tr><th>When (UTC)</th><th>Asked by</th><th>Shows</th><th>Purpose</th><th>Ended</th><th>Why</th></tr>
{"".join(_row(one) for one in audit)}</table></div>
<h2>What was shown</h2><table><tr><th></th><th>Step</th><th>Result</th><th>Seconds</th></tr>
{"".join(_step(number, step) for number, step in enumerate(steps, 1))}</table>
<h2>Figures</h2><table>{"".join(f"<tr><td>{_text(key)}</td><td class=n>{_text(value)}</td></tr>" for key, value in figures.items())}
</table></body></html>
"""


def _row(one: dict[str, Any]) -> str:
    reasons = "".join(f"<li>{_text(reason['message'])} <small>{_text(reason['remedy'])}</small></li>" for reason in one["reasons"])
    mark = "ok" if one["state"] == "released" else "no"
    when = str(one["requested_at"]).replace("T", " ")[:19]
    return (
        f"<tr><td>{_text(when)}</td><td>{_text(one['creator'])}</td><td>{_text(', '.join(one['subjects']))}</td>"
        f"<td>{_text(one['purpose'])}</td><td class={mark}>{_text(one['state'])}</td><td><ul>{reasons}</ul></td></tr>"
    )


def _step(number: int, step: dict[str, Any]) -> str:
    mark, word = ("ok", "as it must") if step["ok"] else ("no", "differs")
    detail = "".join(f"<li>{_text(key)}: {_said(value)}</li>" for key, value in step["detail"].items())
    return (
        f"<tr><td class=n>{number}</td><td>{_text(step['name'])}<ul>{detail}</ul></td><td class={mark}>{word}</td>"
        f"<td class=n>{step['seconds']:.1f}</td></tr>"
    )


def _said(value: object) -> str:
    """Say a detail as a person would: reasons as their sentences, lists with commas, the rest as it is."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "; ".join(f"{_text(one['message'])} {_text(one['remedy'])} <code>{_text(one['code'])}</code>" for one in value)
    if isinstance(value, list):
        return _text(", ".join(str(one) for one in value) or "none")
    if isinstance(value, dict):
        return _text(", ".join(f"{key} {' / '.join(map(str, rows)) if isinstance(rows, list) else rows}" for key, rows in value.items()))
    return f"<code>{_text(value)[:400]}</code>"


def _text(value: object) -> str:
    return html.escape(str(value))
