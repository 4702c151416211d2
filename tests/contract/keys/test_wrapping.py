"""One suite for whatever holds a root key: a file, a systemd credential, a PKCS#11 token, and the twin in memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from identity.keys.errors import RootKeyError, RootKeyUnavailableError, SealBrokenError
from identity.keys.fakes import InMemoryRootKeys
from identity.keys.keyring import KeyRing
from identity.keys.ports import RootKeys
from identity.keys.reference import KeyFile, TokenKey, read
from identity.keys.token import TokenWrapping, _login
from identity.keys.wrapping import ConfiguredRootKeys

KEY = bytes(range(32))
ID, OTHER = "key-" + "a" * 32, "key-" + "b" * 32


@dataclass
class Held:
    """Root keys of one kind: the first, which is there, and the name of one that is not."""

    roots: RootKeys
    absent: str
    makes: bool = True


def configured(folder: Path, first: str, absent: str, *, makes: bool = True) -> Held:
    for name in ("secrets", "credentials"):
        (folder / name).mkdir(mode=0o700)
    return Held(ConfiguredRootKeys(first, folder / "secrets", folder / "credentials"), absent, makes)


@pytest.fixture(params=["memory", "file", "credential", "pkcs11"])
def held(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Held]:
    match request.param:
        case "memory":
            yield Held(InMemoryRootKeys(), "memory:2")
        case "file":
            made = configured(tmp_path, "file:root.key", "file:root-2.key")
            made.roots.make("file:root.key")
            yield made
        case "credential":
            made = configured(tmp_path, "credential:root", "credential:other", makes=False)
            path = tmp_path / "credentials" / "root"
            path.write_bytes(os.urandom(32))
            path.chmod(0o440)  # as systemd leaves it
            yield made
        case _:
            token = request.getfixturevalue("soft_token")
            made = configured(tmp_path, token.new(), token.new())
            made.roots.make(made.roots.first)
            yield made


def test_what_is_wrapped_comes_back_also_after_the_key_was_opened_anew(held: Held) -> None:
    root = held.roots.open(held.roots.first)
    wrapped = root.wrap(KEY, ID)
    assert KEY not in wrapped
    assert len(wrapped) == 60
    assert root.unwrap(wrapped, ID) == KEY
    root.close()
    root.close()
    assert held.roots.open(held.roots.first).unwrap(wrapped, ID) == KEY


def test_the_same_key_is_never_wrapped_into_the_same_bytes(held: Held) -> None:
    root = held.roots.open(held.roots.first)
    assert len({root.wrap(KEY, ID) for _ in range(50)}) == 50


def test_another_id_or_other_bytes_do_not_open(held: Held) -> None:
    root = held.roots.open(held.roots.first)
    wrapped = root.wrap(KEY, ID)
    for bad, key_id in ((wrapped, OTHER), (wrapped[:-1], ID), (wrapped[:-1] + bytes([wrapped[-1] ^ 1]), ID), (b"", ID), (b"x" * 12, ID)):
        with pytest.raises(SealBrokenError):
            root.unwrap(bad, key_id)
    assert root.unwrap(wrapped, ID) == KEY  # what was refused has left nothing behind


def test_another_root_key_does_not_open(held: Held) -> None:
    if not held.makes:
        with pytest.raises(RootKeyError, match="systemd-creds"):
            held.roots.make(held.absent)
        return
    held.roots.make(held.absent)
    wrapped = held.roots.open(held.roots.first).wrap(KEY, ID)
    with pytest.raises(SealBrokenError):
        held.roots.open(held.absent).unwrap(wrapped, ID)


def test_one_that_is_not_there_is_not_opened_and_one_that_is_there_is_not_made(held: Held) -> None:
    with pytest.raises(RootKeyError):
        held.roots.open(held.absent)
    if held.makes:
        with pytest.raises(RootKeyError):
            held.roots.make(held.roots.first)


def test_many_threads_may_ask_at_once(held: Held) -> None:
    root = held.roots.open(held.roots.first)

    def there_and_back(number: int) -> bool:
        key = number.to_bytes(32)
        return root.unwrap(root.wrap(key, ID), ID) == key

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(there_and_back, range(200)))


def test_a_keyring_opens_with_its_own_root_key_and_with_no_other(held: Held, tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "keys", held.roots, lambda: 1)
    key_id, key = ring.create("asset", "one", ("account-" + "a" * 32,), {})
    ring.close()
    again = KeyRing(tmp_path / "keys", held.roots, lambda: 2)
    assert again.key(key_id) == key
    again.close()
    if held.makes:
        again = KeyRing(tmp_path / "keys", held.roots, lambda: 2)
        held.roots.make(held.absent)
        again.turn_to(held.absent)
        assert again.rewrap(10) == 0
        assert again.key(key_id) == key
        again.close()


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    held = configured(tmp_path, "file:root.key", "")
    held.roots.make("file:root.key")
    (tmp_path / "secrets" / "root.key").chmod(0o644)
    with pytest.raises(RootKeyError, match="chmod 600"):
        held.roots.open("file:root.key")


def test_a_file_of_another_length_is_refused(tmp_path: Path) -> None:
    held = configured(tmp_path, "file:root.key", "")
    path = tmp_path / "secrets" / "root.key"
    path.touch(mode=0o600)
    path.write_bytes(b"x" * 31)
    with pytest.raises(RootKeyError, match="32 bytes"):
        held.roots.open("file:root.key")


def test_without_systemd_there_are_no_credentials(tmp_path: Path) -> None:
    with pytest.raises(RootKeyError, match="CREDENTIALS_DIRECTORY"):
        ConfiguredRootKeys("credential:root", tmp_path, None).open("credential:root")


def test_a_key_made_in_a_token_cannot_be_read_out_of_it(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    from pkcs11 import Attribute
    from pkcs11.exceptions import AttributeSensitive

    token = request.getfixturevalue("soft_token")
    made = configured(tmp_path, token.new(), "")
    made.roots.make(made.roots.first)
    root = made.roots.open(made.roots.first)
    assert isinstance(root, TokenWrapping)
    key = root._found()
    assert (key[Attribute.EXTRACTABLE], key[Attribute.SENSITIVE], key[Attribute.NEVER_EXTRACTABLE]) == (False, True, True)
    with pytest.raises(AttributeSensitive):
        key[Attribute.VALUE]


def test_a_lost_session_is_opened_anew_and_a_wrong_pin_is_told(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    token = request.getfixturevalue("soft_token")
    made = configured(tmp_path, token.new(), "")
    made.roots.make(made.roots.first)
    root = made.roots.open(made.roots.first)
    wrapped = root.wrap(KEY, ID)
    reference = read(made.roots.first)
    assert isinstance(reference, TokenKey)
    assert not isinstance(reference, KeyFile)
    _login(reference)._session.close()  # as when the token was taken out: every handle is void
    assert root.unwrap(wrapped, ID) == KEY
    _login(reference).drop()
    (tmp_path / "wrong.pin").touch(mode=0o600)
    (tmp_path / "wrong.pin").write_text("0000")
    try:
        with pytest.raises(RootKeyUnavailableError, match="PinIncorrect"):
            made.roots.open(made.roots.first.replace(str(token.pin), str(tmp_path / "wrong.pin")))
    finally:
        assert root.unwrap(wrapped, ID) == KEY
