"""Owns where a request comes from: its address, behind the operator's own proxies only, and the device that its client named."""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Sequence
from functools import cache

from starlette.requests import HTTPConnection

from serving.handlers.rates import Whence

DEVICE = "Cameo-Device"
"""What a client drew for this device and session: 16 to 64 letters, digits, - and _. Kept as a keyed digest, for a day."""
COOKIE = "cameo_device"
UNREADABLE = "unreadable"
"""Stands for every address that a proxy of the operator's wrote and nobody can read."""
_WITH_PORT = re.compile(r"\[(?P<six>[^\]]+)\](?::\d+)?|(?P<four>\d+(?:\.\d+){3}):\d+")
log = logging.getLogger(__name__)
_DEVICE = re.compile(r"[A-Za-z0-9_-]{16,64}")
Networks = Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]


def networks(text: str) -> Networks:
    """Read networks, as `10.0.0.0/8 fd00::/8`; raises ValueError."""
    return [ipaddress.ip_network(word) for word in text.replace(",", " ").split()]


def whence(request: HTTPConnection, proxies: Networks) -> Whence:
    """Tell where a request comes from."""
    named = request.headers.get(DEVICE) or request.cookies.get(COOKIE) or ""
    peer = request.client.host if request.client else ""
    return Whence(address(peer, request.headers.getlist("x-forwarded-for"), proxies), named_device(named))


def named_device(named: str) -> str | None:
    """Take a device's name as its client drew it; None for what is no such name."""
    return named if _DEVICE.fullmatch(named) else None


def address(peer: str, forwarded: Sequence[str], proxies: Networks) -> str | None:
    """Tell who stands before the operator's proxies: the last address in X-Forwarded-For that no proxy of theirs has.

    What a client writes there itself is never read: each proxy appends, and reading stops at the first that is not ours.
    Some proxies append the port as well. An IPv6 address is cut to its /64, which one household has. UNREADABLE where a proxy of theirs
    wrote what is no address: all such are counted as one, for not to count them would end the limit unseen. None for this machine's
    own, which everybody behind an undeclared proxy shares, and where the connection itself has none.
    """
    hops = [hop.strip() for line in forwarded for hop in line.split(",") if hop.strip()]
    found = _read(peer)
    while found is not None and hops and any(found in network for network in proxies):
        found = _read(_without_port(hops.pop()))
        if found is None:
            _warn_unreadable()
            return UNREADABLE
    if found is None or found.is_loopback:
        return None
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _without_port(hop: str) -> str:
    """Take the address of `203.0.113.9:443`, `[2001:db8::1]:443` and `[2001:db8::1]`; what is written otherwise stays as it is."""
    named = _WITH_PORT.fullmatch(hop)
    return hop if named is None else named["six"] or named["four"]


@cache
def _warn_unreadable() -> None:
    log.warning("a proxy writes what is no address into X-Forwarded-For: all that comes so is counted as one address (CAMEO_PROXIES)")


def _read(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found
