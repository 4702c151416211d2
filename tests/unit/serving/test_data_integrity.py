"""eddsa-jcs-2022 against the test vector of its Recommendation, and what a changed document comes to."""

from __future__ import annotations

import copy

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from serving.core.data_integrity import ProofError, check, from_multibase, from_multikey, key_of, method_of, multibase, multikey, signed

PUBLIC, SECRET = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2", "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
CREDENTIAL = {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}
CREATED = "2023-02-24T23:36:38Z"
PROOF = "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX"
"""Of the Recommendation's appendix B.3, by the key of its example."""


def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(from_multibase(SECRET)[2:])


def test_the_recommendations_example_has_its_proof() -> None:
    made = signed(CREDENTIAL, key(), created=CREATED)
    assert made["proof"]["verificationMethod"] == f"did:key:{PUBLIC}#{PUBLIC}"
    assert made["proof"]["proofValue"] == PROOF
    check(made, from_multikey(PUBLIC))


def test_keys_are_named_by_themselves() -> None:
    public = key().public_key().public_bytes_raw()
    assert multikey(public) == PUBLIC
    assert key_of(method_of(public)) == public


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\0a", b"abc", bytes(range(64)), b"\xff" * 64])
def test_base58_gives_back_what_it_was_given(data: bytes) -> None:
    assert from_multibase(multibase(data)) == data


@pytest.mark.parametrize("text", ["", "abc", "z0", "zO", "uabc", "z" + "2" * 500])
def test_what_is_no_base58_is_refused(text: str) -> None:
    with pytest.raises(ProofError):
        from_multibase(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("type", "Other"), ("cryptosuite", "eddsa-rdfc-2022"), ("created", "2024-02-24T23:36:38Z"), ("proofPurpose", "authentication"),
        ("verificationMethod", "did:key:x#x"), ("@context", ["https://www.w3.org/ns/credentials/v2"]), ("proofValue", "z2"), ("domain", "added"),
    ],
)  # fmt: skip
def test_a_changed_proof_does_not_hold(name: str, value: object) -> None:
    made = copy.deepcopy(signed(CREDENTIAL, key(), created=CREATED))
    made["proof"][name] = value
    with pytest.raises(ProofError):
        check(made, from_multikey(PUBLIC))


def test_a_context_added_later_does_not_hold() -> None:
    made = copy.deepcopy(signed(CREDENTIAL, key(), created=CREATED))
    made["@context"].append("https://example.org/added")
    made["proof"]["@context"] = made["@context"][:2]
    with pytest.raises(ProofError):
        check(made, from_multikey(PUBLIC))


def test_another_key_is_not_this_one() -> None:
    made = signed(CREDENTIAL, Ed25519PrivateKey.generate(), created=CREATED)
    with pytest.raises(ProofError, match="signature"):
        check(made, from_multikey(PUBLIC))
    with pytest.raises(ProofError, match="no proof"):
        check(CREDENTIAL, from_multikey(PUBLIC))
