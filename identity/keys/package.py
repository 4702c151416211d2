"""Owns the package that an opened attempt receives: plan, obligations and likeness keys. Does not decide who gets it."""

from __future__ import annotations

from pathlib import PurePosixPath

import msgspec

from identity.keys.errors import SealBrokenError
from identity.keys.sealing import BlobPlace, open_with, seal_to, unseal
from schemas.cameo import Facet


class Likeness(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One facet of one cameo: where its sealed file lies and the key that opens it."""

    cameo: str
    facet: Facet
    path: str
    """Relative to the media folder."""
    key: bytes
    place: BlobPlace


class Package(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything a child needs to make one film; in clear only inside that child."""

    generation: str
    attempt: int
    plan: bytes
    """Canonical bytes of serving.core.plan.Plan, as sealed with the request."""
    obligations: tuple[str, ...]
    mark: str
    """The handle that the visible mark must show."""
    likenesses: tuple[Likeness, ...]
    film_public_key: bytes
    """X25519: the finished film is sealed to it and only the keyholder opens it."""
    not_after_us: int | None


def pack(package: Package, public_key: bytes) -> bytes:
    """Seal a package to a child's one-time X25519 public key."""
    return seal_to(public_key, msgspec.msgpack.encode(package))


def unpack(sealed: bytes, private_key: bytes) -> Package:
    """Open a package; raises SealBrokenError."""
    try:
        return msgspec.msgpack.decode(open_with(private_key, sealed), type=Package)
    except msgspec.MsgspecError as error:
        message = f"not a package: {error}"
        raise SealBrokenError(message) from error


def open_likeness(likeness: Likeness, sealed: bytes) -> bytes:
    """Open the sealed file of a likeness; raises SealBrokenError."""
    return unseal(likeness.key, sealed, likeness.place.bound())


def seal_film(package: Package, film: bytes) -> bytes:
    """Seal a finished film so that only the keyholder opens it."""
    return seal_to(package.film_public_key, film)


def likeness_path(key_id: str) -> str:
    """Name the file of an asset sealed under a key, relative to the media folder."""
    return str(PurePosixPath("assets") / key_id)
