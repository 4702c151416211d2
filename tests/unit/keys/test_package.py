"""The package: its child reads it, and opens each likeness; nobody else does."""

from __future__ import annotations

import itertools

import pytest

from identity.keys import sealing
from identity.keys.errors import SealBrokenError
from identity.keys.fakes import InMemoryBlobs, InMemoryRootKeys
from identity.keys.keyring import KeyRing
from identity.keys.package import Package, open_likeness, pack, seal_film, unpack
from identity.keys.vault import Vault

ANA, CAMEO = "account-" + "a" * 32, "cameo-" + "c" * 32


def test_a_child_opens_its_package_its_likeness_and_seals_its_film() -> None:
    ticks = itertools.count(1)
    blobs = InMemoryBlobs()
    vault = Vault("main", KeyRing(None, InMemoryRootKeys(), lambda: next(ticks)), blobs)
    asset = vault.put_asset(CAMEO, ANA, "face", b"likeness")
    film_private, film_public = sealing.keypair()
    private, public = sealing.keypair()
    package = Package(
        generation="generation-" + "1" * 32,
        attempt=1,
        plan=b"{}",
        obligations=("visible_mark",),
        mark="@ana",
        likenesses=(vault.likeness(asset.key_id),),
        film_public_key=film_public,
        not_after_us=None,
    )
    sealed = pack(package, public)
    assert b"@ana" not in sealed
    read = unpack(sealed, private)
    assert read == package
    assert open_likeness(read.likenesses[0], blobs.get(read.likenesses[0].path)) == b"likeness"
    assert sealing.open_with(film_private, seal_film(read, b"film")) == b"film"
    with pytest.raises(SealBrokenError):
        unpack(sealed, sealing.keypair()[0])
