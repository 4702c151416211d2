"""Owns where a request comes from: its address, behind the operator's own proxies only, and the device that its client named."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from starlette.requests import HTTPConnection

from serving.handlers.rates import Whence

DEVICE = "Cameo-Device"
"""What a client drew for this device and session: 16 to 64 letters, digits, - and _. Kept as a keyed digest, for a day."""
COOKIE = "cameo_device"
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
    An IPv6 address is cut to its /64, which one household has. None for this machine's own, which everybody behind an
    undeclared proxy shares, and for what is no address.
    """
    hops = [hop.strip() for line in forwarded for hop in line.split(",") if hop.strip()]
    found = _read(peer)
    while found is not None and hops and any(found in network for network in proxies):
        found = _read(hops.pop())
    if found is None or found.is_loopback:
        return None
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _read(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found
