"""Owns what a refused command says in Korean, by its code, beside the English that its place says. Does not refuse anything."""

from typing import Final

from identity.core.codes import CODES
from policy.core.codes import CodeTable
from serving.core.korean.calling import CALLING
from serving.core.korean.enrolling import ENROLLING
from serving.core.korean.operating import OPERATING

SAID: Final[dict[str, str]] = CALLING | ENROLLING | OPERATING


def korean(table: CodeTable, code: str) -> str | None:
    """Say what is wrong and what to do; None for a code that nobody put into Korean. `table`: the policy's codes."""
    if code in SAID:
        return SAID[code]
    if code in CODES:
        return CODES[code].ko
    return f"{table[code].message.ko} {table[code].remedy.ko}" if code in table else None
