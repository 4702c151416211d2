"""Owns how a root key is named: `file:`, `credential:` or `pkcs11:` (RFC 7512). Pure; opens nothing: see wrapping and token."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, unquote

from identity.keys.errors import RootKeyError

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$")
_NUMBERED = re.compile(r"^(?P<stem>.*?)(?:-(?P<number>[0-9]{1,6}))?(?P<suffix>\.[A-Za-z0-9]+)?$")
TOKEN_PARTS = frozenset({"token", "object"})
TOKEN_QUERY = frozenset({"module-path", "pin-source"})


@dataclass(frozen=True, slots=True)
class KeyFile:
    """32 bytes in a file (absolute, or a name in the secrets folder), or in a systemd credential of that name."""

    kind: Literal["file", "credential"]
    name: str


@dataclass(frozen=True, slots=True)
class TokenKey:
    """An AES key that stays in a PKCS#11 token. `pin_source`: a file (absolute, or a name in the secrets folder) or `credential:NAME`."""

    token: str
    object: str
    module_path: str
    pin_source: str


Reference = KeyFile | TokenKey


def read(text: str) -> Reference:
    """Read a reference; raises RootKeyError, in words that name what is wrong and never a secret."""
    kind, _, rest = text.partition(":")
    match kind:
        case "file":
            if not (rest.startswith("/") or _NAME.match(rest)):
                raise RootKeyError("file: takes an absolute path, or a file's name in the secrets folder")
            return KeyFile("file", rest)
        case "credential":
            if not _NAME.match(rest):
                raise RootKeyError("credential: takes the name of a systemd credential")
            return KeyFile("credential", rest)
        case "pkcs11":
            return _token(rest)
        case _:
            raise RootKeyError("a root key is named file:NAME, credential:NAME or pkcs11:token=..;object=..?module-path=..&pin-source=..")


def written(reference: Reference) -> str:
    """Write a reference in its one form, so that the same key is always named alike."""
    if isinstance(reference, KeyFile):
        return f"{reference.kind}:{reference.name}"
    path = f"token={quote(reference.token, safe='')};object={quote(reference.object, safe='')}"
    return f"pkcs11:{path}?module-path={quote(reference.module_path)}&pin-source={quote(reference.pin_source, safe='/:')}"


def successor(text: str) -> str:
    """Name the next version of a root key beside it: root.key, root-2.key, root-3.key. Raises RootKeyError for a credential."""
    match read(text):
        case KeyFile("file", name):
            return f"file:{_next(name)}"
        case KeyFile():
            raise RootKeyError("systemd gives credentials at start: provide the new one, start again, then rotate --to credential:NAME")
        case TokenKey(token, name, module_path, pin_source):
            return written(TokenKey(token, _next(name), module_path, pin_source))


def _next(name: str) -> str:
    found = _NUMBERED.match(name)
    assert found is not None  # every part of the pattern may be empty
    return f"{found['stem']}-{int(found['number'] or 1) + 1}{found['suffix'] or ''}"


def _token(rest: str) -> TokenKey:
    path, _, query = rest.partition("?")
    said = _parts(path.split(";"), TOKEN_PARTS) | _parts(query.split("&"), TOKEN_QUERY)
    missing = sorted((TOKEN_PARTS | TOKEN_QUERY) - said.keys())
    if missing:
        raise RootKeyError(f"the pkcs11 reference does not say {', '.join(missing)}")
    if not said["module-path"].startswith("/"):
        raise RootKeyError("module-path is an absolute path")
    return TokenKey(said["token"], said["object"], said["module-path"], said["pin-source"].removeprefix("file:"))


def _parts(texts: list[str], known: frozenset[str]) -> dict[str, str]:
    said: dict[str, str] = {}
    for text in filter(None, texts):
        name, _, value = text.partition("=")
        if name not in known or name in said or not value:
            # pin-value is refused too: a reference is kept, shown and logged.
            raise RootKeyError(f"the pkcs11 reference may not say {name[:40]} so: it says once each {', '.join(sorted(known))}")
        said[name] = unquote(value)
    return said
