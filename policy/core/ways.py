"""Reads the grants by which a requester may come in: their own, an app's, a group's, one passed on. Does not judge them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, get_args

from policy.ports import Fact, FactReader
from schemas.consent import Strength

Input = dict[str, Any]
STRENGTHS: tuple[Strength, ...] = get_args(Strength)


class Asking(NamedTuple):
    """Who asks, through which app, for which generation, and what that has reserved of this cameo's grants."""

    requester: str
    app: str | None
    generation: str
    reserved: frozenset[str]


class _Found(NamedTuple):
    grantee: str
    grant: str
    fact: Fact
    scopes: tuple[str, ...] = ()
    """What else a revocation may have named, beside what the whole question falls under."""
    via: str | None = None
    reachable: bool = True


def passed_on(reader: FactReader, requester: str, cameo: str) -> list[tuple[str, str]]:
    """List what was passed on to the requester: (grant, by whom)."""
    keys = [key.split("/") for key, _ in reader.scan(cameo, f"passed/{requester}/")]
    return [(grant, by) for _, _, grant, by in keys]


def revoked(reader: FactReader, cameo: str, scopes: Iterable[str]) -> dict[str, int]:
    """Tell the last revision at which any of these scopes was revoked, for each strength; 0: never."""
    scopes = tuple(scopes)

    def last(strength: str) -> int:
        facts = (reader.get(cameo, f"revoked/{scope}/{strength}") for scope in scopes)
        return max((fact.revision for fact in facts if fact is not None), default=0)

    return {strength: last(strength) for strength in STRENGTHS}


def grants_of(reader: FactReader, asking: Asking, cameo: str) -> list[Input]:
    """Read every grant that may count, each once, with its allowance and what took it back.

    A grant that this generation has reserved is read also where it was withdrawn or the requester no longer reaches it.
    Any other withdrawn grant begins nothing and is left out: or a pair's past would make every later question longer.
    """
    found: dict[str, _Found] = {}
    for one in (*_direct(reader, asking, cameo), *_grouped(reader, asking, cameo), *_passed(reader, asking, cameo)):
        found.setdefault(one.grant, one)
    lost = asking.reserved - found.keys()
    if lost:
        found |= {one.grant: one for one in _lost(reader, cameo, lost)}
    read = ((one, _withdrawn(reader, cameo, one)) for one in found.values())
    return [_grant(reader, asking, cameo, one, gone) for one, gone in read if not gone or one.grant in asking.reserved]


def _direct(reader: FactReader, asking: Asking, cameo: str) -> Iterator[_Found]:
    for grantee in (asking.requester,) if asking.app is None else (asking.requester, asking.app):
        for key, fact in reader.scan(cameo, f"grant/{grantee}/"):
            yield _Found(grantee, key.rpartition("/")[2], fact)


def _grouped(reader: FactReader, asking: Asking, cameo: str) -> Iterator[_Found]:
    for key, _ in reader.scan(cameo, f"member/{asking.requester}/"):
        group = key.rpartition("/")[2]
        if reader.get(cameo, f"group/{group}") is not None:
            for given, fact in reader.scan(cameo, f"grant/{group}/"):
                yield _Found(group, given.rpartition("/")[2], fact, scopes=(group,))


def _passed(reader: FactReader, asking: Asking, cameo: str) -> Iterator[_Found]:
    for grant, by in passed_on(reader, asking.requester, cameo):
        fact = reader.get(cameo, f"grant/{by}/{grant}")
        if fact is not None:
            yield _Found(by, grant, fact, scopes=(by,), via=by)


def _lost(reader: FactReader, cameo: str, grants: Iterable[str]) -> Iterator[_Found]:
    for key, fact in reader.scan(cameo, "grant/"):
        _, grantee, grant = key.split("/")
        if grant in grants:
            yield _Found(grantee, grant, fact, scopes=(grantee,), reachable=False)


def _withdrawn(reader: FactReader, cameo: str, one: _Found) -> dict[str, int]:
    prefix = f"withdrawn/{one.grantee}/{one.grant}/"
    return {key.removeprefix(prefix): gone.revision for key, gone in reader.scan(cameo, prefix)}


def _grant(reader: FactReader, asking: Asking, cameo: str, one: _Found, withdrawn: dict[str, int]) -> Input:
    used = reader.used(cameo, one.grant, asking.generation)
    return one.fact.value | {
        "grant": one.grant,
        "revision": one.fact.revision,
        "withdrawn": withdrawn,
        "revoked": revoked(reader, cameo, one.scopes),
        "reachable": one.reachable,
        "via": None if one.via is None else _via(reader, cameo, one.via),
        "used_by_others": used.others,
        "used_ms_by_others": used.others_ms,
        "mine": used.mine,
    }


def _via(reader: FactReader, cameo: str, by: str) -> Input:
    """Read who passed a grant on; of the dead no standing. Absence of a block is only read from an account that exists."""
    found: Input = {"account": by}
    standing, owner = reader.get(by, "standing"), reader.get(cameo, "owner")
    if standing is not None and reader.get(by, "died") is None:
        found["standing"] = standing.value["standing"]
    if owner is not None and reader.head(owner.value["account"]) is not None and reader.head(by) is not None:
        account = owner.value["account"]
        found["blocked"] = reader.get(account, f"blocks/{by}") is not None or reader.get(by, f"blocks/{account}") is not None
    return found
