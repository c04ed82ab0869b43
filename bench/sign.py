"""``sign``: CPU of our signing path for one statement, beside bare calls of the libraries that do the same work."""

import datetime as dt
import hashlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rfc8785
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from bench.result import Result
from bench.rounds import ROUNDS
from contracts.identifiers import (
    CircuitId,
    EntryId,
    EntryReference,
    NotebookId,
    PersonId,
    RevisionNumber,
    Sha256,
    Sha512,
)
from services.signing.domain import cades, evidence
from services.signing.domain.certificate import Issuer
from services.signing.domain.frozen import Frozen, FrozenObject
from services.signing.domain.leaf import SALT_BYTES, signature_leaf
from services.signing.domain.statement import NONCE_BYTES, Act, Place, SignerIdentity, write_statement

SECONDS = 2.0
FLOOR = 0.5
_TWIN = "bare library calls: JCS, one-time key, certificate, CMS signature, digests"
# Ten files: a page with a few attachments.
_FILES = 10
_NOW = dt.datetime(2026, 1, 5, 9, 30, tzinfo=dt.UTC)
_NAME = "Ada Démonstration"
_PERSON = PersonId("0192f3a0-0000-7000-8000-000000000001")
# What a time-stamp token and two revocation lists weigh; they are data here.
_TOKEN = bytes((0x30, 0x82, 0x13, 0x84)) + bytes(5000)
_LISTS = (bytes((0x30, 0x82, 0x01, 0xF0)) + bytes(496),) * 2


async def measure(_folder: Path, seconds: float) -> Result:
    """Interleave both sides, by process CPU time: a busy machine does not matter."""
    result = Result("sign", _TWIN)
    authority = _authority()
    page = _page()
    ours, bare = _ours(authority, page), _bare(authority, page)
    rounds = [(_rate(ours, seconds / 2), _rate(bare, seconds / 2)) for _ in range(ROUNDS)]
    result.compare("statements_per_cpu_second", rounds, floor=FLOOR)
    for name, part in _parts(authority, page).items():
        result.figures[f"us_{name}"] = round(1e6 / _rate(part, seconds / 10), 1)
    return result


def _rate(work: Callable[[], object], seconds: float) -> float:
    work()
    done, began = 0, time.process_time()
    while (spent := time.process_time() - began) < seconds:
        work()
        done += 1
    return done / spent


def _ours(authority: Issuer, page: Frozen) -> Callable[[], object]:
    """Return the whole path of one signature, as the house walks it between two network calls."""

    def sign() -> object:
        statement = _statement(page)
        manifest = evidence.person_manifest(page, number=1, role="author", statement=statement)
        key = authority.issue(_SIGNER, statement_digest=hashlib.sha256(statement).digest(), at=_NOW, serial=_serial())
        signed = cades.sign(manifest, key=key, at=_NOW)
        p7s = cades.assemble(signed, key=key, token=_TOKEN, crls=_LISTS)
        cades.check_own(p7s, manifest=manifest, key=key, issuer=authority.certificate)
        return signature_leaf(manifest, p7s=p7s, salt=os.urandom(SALT_BYTES), subject="bench")

    return sign


def _parts(authority: Issuer, page: Frozen) -> dict[str, Callable[[], object]]:
    """Return the parts of our path, to say where the time goes."""
    statement = _statement(page)
    manifest = evidence.person_manifest(page, number=1, role="author", statement=statement)
    digest = hashlib.sha256(statement).digest()
    key = authority.issue(_SIGNER, statement_digest=digest, at=_NOW, serial=_serial())
    signed = cades.sign(manifest, key=key, at=_NOW)
    p7s = cades.assemble(signed, key=key, token=_TOKEN, crls=_LISTS)
    return {
        "statement": lambda: _statement(page),
        "manifest": lambda: evidence.person_manifest(page, number=1, role="author", statement=statement),
        "certificate": lambda: authority.issue(_SIGNER, statement_digest=digest, at=_NOW, serial=_serial()),
        "signature": lambda: cades.sign(manifest, key=key, at=_NOW),
        "assembly": lambda: cades.assemble(signed, key=key, token=_TOKEN, crls=_LISTS),
        "reading_back": lambda: cades.check_own(p7s, manifest=manifest, key=key, issuer=authority.certificate),
        "leaf": lambda: signature_leaf(manifest, p7s=p7s, salt=bytes(SALT_BYTES), subject="bench"),
    }


def _bare(authority: Issuer, page: Frozen) -> Callable[[], object]:
    """Return the floor: the same document and certificate, the library's own CMS, no reading back."""
    document: dict[str, Any] = json.loads(_statement(page))
    leaf: dict[str, Any] = {"v": 1, "c": "0" * 64}

    def sign() -> object:
        statement = rfc8785.dumps(document)
        key = generate_private_key(SECP256R1())
        certificate = _certificate(authority, key, digest=hashlib.sha256(statement).digest())
        manifest = statement + hashlib.sha256(statement).digest()
        p7s = (
            pkcs7.PKCS7SignatureBuilder()
            .set_data(manifest)
            .add_signer(certificate, key, SHA256())
            .add_certificate(authority.certificate)
            .sign(Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary])
        )
        salt = os.urandom(SALT_BYTES)
        hashlib.sha256(salt + hashlib.sha256(manifest).digest() + hashlib.sha256(p7s).digest()).hexdigest()
        return rfc8785.dumps(leaf)

    return sign


def _certificate(authority: Issuer, key: EllipticCurvePrivateKey, *, digest: bytes) -> x509.Certificate:
    """Build a certificate with as many extensions as ours."""
    own, others = x509.SubjectKeyIdentifier.from_public_key(key.public_key()), _EXTENSIONS
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _NAME)]))
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(_serial())
        .not_valid_before(_NOW)
        .not_valid_after(_NOW + dt.timedelta(minutes=10))
        .add_extension(own, critical=False)
        .add_extension(x509.UnrecognizedExtension(_ANY, digest), critical=False)
    )
    for extension in others:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(authority.key, SHA256())


_ANY = x509.ObjectIdentifier("1.2.3.4")
_EXTENSIONS: tuple[x509.ExtensionType, ...] = (
    x509.BasicConstraints(ca=False, path_length=None),
    x509.KeyUsage(
        digital_signature=False, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    ),
    x509.CertificatePolicies([x509.PolicyInformation(_ANY, None)]),
    x509.OCSPNoCheck(),
    x509.AuthorityKeyIdentifier(bytes(20), None, None),
    x509.CRLNumber(1),
)  # fmt: skip


def _authority() -> Issuer:
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Bench CA")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(_serial())
        .not_valid_before(_NOW)
        .not_valid_after(_NOW + dt.timedelta(days=1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    return Issuer(
        key=key,
        certificate=certificate,
        certificate_der=certificate.public_bytes(Encoding.DER),
        information_url="http://localhost/pki/issuing.cer",
    )


def _serial() -> int:
    return int.from_bytes(os.urandom(19), "big") | 1


_SIGNER = SignerIdentity(id=_PERSON, name=_NAME, unit="U1234")


def _statement(page: Frozen) -> bytes:
    place = Place(circuit=CircuitId("0192f3a0-0000-7000-8000-0000000000cc"), number=1, of=4, previous=None)
    act = Act(role="author", locale="fr", method="password", claimed_at=_NOW, nonce=os.urandom(NONCE_BYTES))
    return write_statement(page, signer=_SIGNER, place=place, act=act)


def _page() -> Frozen:
    objects = tuple(_object(number) for number in range(_FILES))
    return Frozen(
        entry=EntryId("0192f3a0-0000-7000-8000-0000000000ee"),
        notebook=NotebookId("0192f3a0-0000-7000-8000-0000000000aa"),
        reference=EntryReference("U1234-2026-007/37"),
        title="Transport du glucose",
        page_number=37,
        revision=RevisionNumber(3),
        digest=objects[0].sha256,
        prev=objects[1].sha256,
        author=_PERSON,
        unit_code="U1234",
        unit_rors=(),
        objects=objects,
    )


def _object(number: int) -> FrozenObject:
    content = number.to_bytes(4, "big")
    return FrozenObject(
        path=f"attachments/{number:04d}.bin",
        media_type="application/octet-stream",
        size_bytes=len(content),
        sha256=Sha256(hashlib.sha256(content).hexdigest()),
        sha512=Sha512(hashlib.sha512(content).hexdigest()),
    )
