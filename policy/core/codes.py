"""Codes: the stable words of refusals, what each says to people, and what a requester may see. Does not decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from policy.core.platform_codes import PLATFORM_CODES
from policy.errors import PolicyError

MET = ["cameo", "requirements", "met"]
UNKNOWN_ACTION = "action.unknown"


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence in every language of the platform."""

    en: str
    ko: str


class Code(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A refusal's code. `disclosed_as` is the code that a requester sees, so that no refusal tells who blocks whom."""

    code: str
    title: str
    message: Text
    remedy: Text
    disclosed_as: str
    requirement: str | None
    """The folder of the requirement; None for a code of the platform itself."""
    actions: tuple[str, ...] = ()
    after: str | None = None
    """Told only where that one is met."""


CodeTable = Mapping[str, Code]


def code_table(annotations: Sequence[Mapping[str, Any]], folders: Iterable[str]) -> dict[str, Code]:
    """Build the table from the METADATA of requirements and the platform's own codes.

    Raises PolicyError where a folder has no METADATA, a code is used twice, or `disclosed_as` or `after` name none.
    """
    codes = [_requirement(one) for one in annotations if _path(one) == MET]
    if sorted(code.requirement or "" for code in codes) != sorted(folders):
        message = f"requirements without METADATA or without a folder: {_odd(codes, folders)}"
        raise PolicyError(message)
    codes += [_platform(code, *texts) for code, texts in PLATFORM_CODES.items()]
    table = {code.code: code for code in sorted(codes, key=lambda code: code.code)}
    if len(table) != len(codes):
        message = "a code is used twice"
        raise PolicyError(message)
    for code in codes:
        if code.disclosed_as not in table or (code.after is not None and code.after not in table):
            message = f"{code.code}: `disclosed_as` or `after` name no code"
            raise PolicyError(message)
        if code.requirement is not None and not code.actions and code.code != UNKNOWN_ACTION:
            message = f"{code.code} is asked of no action"
            raise PolicyError(message)
    return table


def rego_table(table: CodeTable) -> dict[str, Any]:
    """Make the data that the decision reads: action → code → folder, and which code follows from which."""
    asked: dict[str, dict[str, str]] = {}
    for code in table.values():
        for action in code.actions:
            asked.setdefault(action, {})[code.code] = code.requirement or ""
    return {"asked": asked, "after": {code.code: code.after for code in table.values() if code.after is not None}}


def disclosed(table: CodeTable, codes: Iterable[str]) -> tuple[str, ...]:
    """Turn codes into those that a requester may see, sorted, once each. Raises KeyError for an unknown code."""
    return tuple(sorted({table[code].disclosed_as for code in codes}))


def _path(annotation: Mapping[str, Any]) -> list[str]:
    return [part["value"] for part in annotation["path"][1:]]


def _requirement(annotation: Mapping[str, Any]) -> Code:
    said, folder = annotation["annotations"], ("/" + annotation["location"]["file"]).split("/")[-2]
    fields = {"title": said["title"], "requirement": folder} | said["custom"]
    try:
        return msgspec.convert(fields, Code)
    except msgspec.ValidationError as error:
        message = f"{folder}: METADATA: {error}"
        raise PolicyError(message) from error


def _platform(code: str, message: tuple[str, str], remedy: tuple[str, str]) -> Code:
    return Code(
        code=code,
        title=message[0],
        message=Text(*message),
        remedy=Text(*remedy),
        disclosed_as=code,
        requirement=None,
    )


def _odd(codes: Sequence[Code], folders: Iterable[str]) -> list[str]:
    return sorted({code.requirement or "" for code in codes} ^ set(folders))
