"""Owns signing and checking of JSON documents by W3C Data Integrity, cryptosuite eddsa-jcs-2022. Keeps no key and knows no document.

Source: Data Integrity EdDSA Cryptosuites v1.0 (W3C Recommendation, 15 May 2025), 3.3; its test vector is a test here. A public key is
written as a Multikey (`z6Mk...`) and named by the did:key that it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SUITE = "eddsa-jcs-2022"
ED25519 = b"\xed\x01"
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class ProofError(Exception):
    """The proof does not hold; the message says why."""


def multibase(data: bytes) -> str:
    """Write bytes in base58-btc with its prefix."""
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = _ALPHABET[digit] + text
    return "z" + "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def from_multibase(text: str) -> bytes:
    """Read base58-btc; raises ProofError."""
    if not text.startswith("z") or len(text) > 200 or any(letter not in _ALPHABET for letter in text[1:]):
        message = "not base58"
        raise ProofError(message)
    number = 0
    for letter in text[1:]:
        number = number * 58 + _ALPHABET.index(letter)
    zeros = len(text[1:]) - len(text[1:].lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def multikey(public_key: bytes) -> str:
    """Write an Ed25519 public key of 32 bytes as a Multikey."""
    return multibase(ED25519 + public_key)


def from_multikey(text: str) -> bytes:
    """Read an Ed25519 Multikey; raises ProofError."""
    data = from_multibase(text)
    if len(data) != 34 or data[:2] != ED25519:
        message = "not an Ed25519 Multikey"
        raise ProofError(message)
    return data[2:]


def method_of(public_key: bytes) -> str:
    """Name a key as a verification method: did:key."""
    key = multikey(public_key)
    return f"did:key:{key}#{key}"


def key_of(method: str) -> bytes:
    """Read the key out of a verification method that is a did:key; raises ProofError."""
    key = method.rpartition("#")[2]
    if method != f"did:key:{key}#{key}":
        message = "the key is not named as did:key"
        raise ProofError(message)
    return from_multikey(key)


def signed(document: Mapping[str, Any], key: Ed25519PrivateKey, *, created: str, method: str | None = None) -> dict[str, Any]:
    """Give the document with its proof. `created`: a time in ISO 8601 with a zone. `method`: how the key is named; left out, did:key."""
    proof: dict[str, Any] = {
        "type": "DataIntegrityProof", "cryptosuite": SUITE, "created": created,
        "verificationMethod": method or method_of(key.public_key().public_bytes_raw()), "proofPurpose": "assertionMethod",
    }  # fmt: skip
    if "@context" in document:
        proof["@context"] = document["@context"]
    return {**document, "proof": {**proof, "proofValue": multibase(key.sign(_digest(document, proof)))}}


def check(document: Mapping[str, Any], public_key: bytes) -> None:
    """Raise ProofError unless this key signed all of this document for an assertion.

    Stricter than the suite: the contexts of document and proof are the same, none is added after signing.
    """
    proof = document.get("proof")
    if not isinstance(proof, dict):
        message = "there is no proof"
        raise ProofError(message)
    stated: dict[str, Any] = {str(name): value for name, value in proof.items() if name != "proofValue"}  # type: ignore[union-attr]
    if (stated.get("type"), stated.get("cryptosuite"), stated.get("proofPurpose")) != ("DataIntegrityProof", SUITE, "assertionMethod"):
        message = f"the proof is not one of {SUITE} for an assertion"
        raise ProofError(message)
    bare = {name: value for name, value in document.items() if name != "proof"}
    if stated.get("@context") != bare.get("@context"):
        message = "the proof is of another context"
        raise ProofError(message)
    signature = from_multibase(str(proof.get("proofValue")))  # type: ignore[union-attr]
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, _digest(bare, stated))
    except (InvalidSignature, rfc8785.CanonicalizationError) as error:
        message = "the signature is not of this document by this key"
        raise ProofError(message) from error


def _digest(document: Mapping[str, Any], proof: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(rfc8785.dumps(dict(proof))).digest() + hashlib.sha256(rfc8785.dumps(dict(document))).digest()
