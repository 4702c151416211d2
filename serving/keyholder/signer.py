"""Owns the installation's signing certificates and the C2PA signature of a film. Does not decide what a manifest says."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from identity.keys import durable
from serving.core.provenance import FORMAT
from serving.keyholder.errors import FilmBrokenError

VALID_DAYS = 3650
"""Ten years, as nothing rotates these keys yet."""


class FilmSigner:
    """Signs films with this installation's own certificate, made under its own authority at the first start."""

    def __init__(self, folder: Path) -> None:
        """Use (or make) `authority.pem`, `signer.pem` and `signer.key` in a folder that only this process reads."""
        chain, key = folder / "signer.pem", folder / "signer.key"
        if not chain.exists():
            _make_certificates(folder)
        info = c2pa.C2paSignerInfo(b"es256", chain.read_bytes(), key.read_bytes(), None)
        self._signer = c2pa.Signer.from_info(info)

    def sign(self, film: bytes, manifest: dict[str, Any]) -> bytes:
        """Embed a signed manifest in an MP4; raises FilmBrokenError when the file cannot carry one."""
        signed = io.BytesIO()
        try:
            with c2pa.Builder(manifest) as builder:
                builder.sign(self._signer, FORMAT, io.BytesIO(film), signed)
        except c2pa.C2paError as error:
            message = f"the film cannot be signed: {error}"
            raise FilmBrokenError(message, "film.unreadable") from error
        return signed.getvalue()


def _make_certificates(folder: Path) -> None:
    """Make an authority, one certificate under it, and forget the authority's key: nothing else can be signed by it."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = (
        _certificate("Cameo installation authority", "Cameo installation authority", authority_key, authority_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    leaf = (
        _certificate("Cameo keyholder", "Cameo installation authority", key, authority_key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = Encoding.PEM
    durable.replace(folder / "authority.pem", authority.public_bytes(pem))
    durable.replace(folder / "signer.key", key.private_bytes(pem, PrivateFormat.PKCS8, NoEncryption()))
    # The chain is written last: where it exists, everything does.
    durable.replace(folder / "signer.pem", leaf.public_bytes(pem) + authority.public_bytes(pem))


def _certificate(
    subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, issuer_key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Cameo"), x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(*, digital_signature: bool = False, key_cert_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=key_cert_sign,
        encipher_only=False,
        decipher_only=False,
    )
