"""Owns wrapping inside a PKCS#11 token: the root key never leaves it. Knows no keyring; the module of the token is its maker's."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import pkcs11
from pkcs11 import Attribute, GCMParams, KeyType, Mechanism, ObjectClass
from pkcs11.exceptions import (
    DeviceError,
    DeviceRemoved,
    KeyHandleInvalid,
    NoSuchKey,
    ObjectHandleInvalid,
    PKCS11Error,
    SessionClosed,
    SessionHandleInvalid,
    TokenNotPresent,
    UserNotLoggedIn,
)

from identity.keys.errors import RootKeyError, RootKeyUnavailableError, SealBrokenError
from identity.keys.reference import TokenKey
from identity.keys.sealing import NONCE_BYTES, TAG_BYTES, bound_to_key

KEY_BITS = 256
LOST = (
    DeviceError,
    DeviceRemoved,
    KeyHandleInvalid,
    ObjectHandleInvalid,
    SessionClosed,
    SessionHandleInvalid,
    TokenNotPresent,
    UserNotLoggedIn,
)
"""After these the session is opened once anew: a token that was taken out and put back goes on."""
TEMPLATE = {
    Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.PRIVATE: True, Attribute.MODIFIABLE: False,
    Attribute.ENCRYPT: True, Attribute.DECRYPT: True, Attribute.WRAP: False, Attribute.UNWRAP: False,
}  # fmt: skip


class _Login:
    """This process's one session on one token: PKCS#11 logs in whole processes, and a second log-out would end every user's."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.turn = 0
        """Counts the sessions opened: handles of an earlier one are void."""
        self._session: Any = None

    def session(self, reference: TokenKey, pin: str) -> Any:
        """Give the session, opened at the first call and after `drop`."""
        if self._session is None:
            token = pkcs11.lib(reference.module_path).get_token(token_label=reference.token)
            self._session = token.open(rw=True, user_pin=pin)
            self.turn += 1
        return self._session

    def drop(self) -> None:
        """Let go of a session that is lost."""
        session, self._session = self._session, None
        try:
            if session is not None:
                session.close()
        except PKCS11Error:
            return  # it is gone already


_LOGINS: dict[tuple[str, str], _Login] = {}
_LOGINS_LOCK = threading.Lock()


def _login(reference: TokenKey) -> _Login:
    with _LOGINS_LOCK:
        return _LOGINS.setdefault((reference.module_path, reference.token), _Login())


class TokenWrapping:
    """A root key in a token. AES-256-GCM in the token, with nonces drawn here; one thread at a time asks a token."""

    def __init__(self, reference: TokenKey, pin: str) -> None:
        """Find the key. Raises RootKeyError where it could leave the token, RootKeyUnavailableError."""
        self._reference = reference
        self._pin = pin
        self._login = _login(reference)
        self._turn, self._key = -1, None
        with self._login.lock:
            key = self._found()
            if key[Attribute.EXTRACTABLE] or not key[Attribute.SENSITIVE]:
                raise RootKeyError(f"the key {reference.object} can be read out of its token: make another")

    def wrap(self, key: bytes, key_id: str) -> bytes:
        """Wrap in the token, bound to the key's id: nonce, ciphertext, tag."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._asked(lambda root: root.encrypt(key, mechanism=Mechanism.AES_GCM, mechanism_param=_bound(nonce, key_id)))

    def unwrap(self, wrapped: bytes, key_id: str) -> bytes:
        """Unwrap in the token. Raises SealBrokenError, RootKeyUnavailableError."""
        if len(wrapped) < NONCE_BYTES + TAG_BYTES:
            raise SealBrokenError(f"{len(wrapped)} bytes are too few to be wrapped")
        nonce, sealed = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        return self._asked(lambda root: root.decrypt(sealed, mechanism=Mechanism.AES_GCM, mechanism_param=_bound(nonce, key_id)))

    def close(self) -> None:
        """Let go of the key's handle; the process stays logged in for the token's other keys."""
        self._turn, self._key = -1, None

    def _asked(self, ask: Callable[[Any], bytes]) -> bytes:
        with self._login.lock:
            try:
                return ask(self._found())
            except LOST:
                self._login.drop()
            except PKCS11Error as error:
                raise SealBrokenError(f"the token does not open it: {type(error).__name__}") from error
            try:
                return ask(self._found())
            except PKCS11Error as error:
                raise RootKeyUnavailableError(f"the token does not answer: {type(error).__name__}") from error

    def _found(self) -> Any:
        """Find the key in the session that there is now."""
        try:
            session = self._login.session(self._reference, self._pin)
            if self._turn != self._login.turn:
                self._key = session.get_key(object_class=ObjectClass.SECRET_KEY, label=self._reference.object)
                self._turn = self._login.turn
        except NoSuchKey as error:
            raise RootKeyError(f"the token has no key {self._reference.object}: cameo keys make") from error
        except LOST:
            raise
        except (PKCS11Error, RuntimeError) as error:
            raise RootKeyUnavailableError(f"the token does not answer: {type(error).__name__}") from error
        return self._key


def make_in_token(reference: TokenKey, pin: str) -> None:
    """Draw a key inside the token that cannot leave it. Raises RootKeyError where one of that name is there already."""
    login = _login(reference)
    with login.lock:
        try:
            session = login.session(reference, pin)
            if any(True for _ in session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.LABEL: reference.object})):
                raise RootKeyError(f"the token has a key {reference.object} already")
            session.generate_key(KeyType.AES, KEY_BITS, label=reference.object, store=True, template=TEMPLATE)
        except (PKCS11Error, RuntimeError) as error:
            raise RootKeyUnavailableError(f"the token makes no key: {type(error).__name__}") from error


def _bound(nonce: bytes, key_id: str) -> GCMParams:
    return GCMParams(nonce=nonce, aad=bound_to_key(key_id), tag_bits=TAG_BYTES * 8)
