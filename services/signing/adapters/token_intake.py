"""Check a time-stamp token before it is believed: what openssl and libraries do not look at included."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from asn1crypto import cms, core, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID

from contracts.errors import IntegrityBroken

# A token a year ahead passes `openssl ts -verify`: the skew check is ours to make.
_MOST_SKEW = dt.timedelta(seconds=30)
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


@dataclass(frozen=True, slots=True)
class Intake:
    """What we asked, whom we trust, and what time it is here."""

    imprint: bytes
    nonce: int
    policies: frozenset[str]
    anchors: tuple[x509.Certificate, ...]
    crls: tuple[x509.CertificateRevocationList, ...]
    now: dt.datetime


def check_token(encoded: bytes, intake: Intake) -> dt.datetime:
    """
    Return the token's time when everything about it holds.

    Raises IntegrityBroken naming the part: imprint, nonce, policy, usage, chain, revocation, signature or skew.
    """
    try:
        signed = cms.ContentInfo.load(encoded, strict=True)["content"]
        content: bytes = signed["encap_content_info"]["content"].parsed.dump()
        info = tsp.TSTInfo.load(content, strict=True)
        (signer,) = signed["signer_infos"]
        unit = _unit(signed, signer)
        gen_time: dt.datetime = info["gen_time"].native
        _check_answer(info, intake)
        _check_signature(signer, content, unit)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise _refused("format") from error
    _check_unit(unit, intake, gen_time)
    if abs(gen_time - intake.now) > _MOST_SKEW:
        raise _refused("skew")
    return gen_time


def _refused(part: str) -> IntegrityBroken:
    return IntegrityBroken(what="time_stamp", part=part)


def _check_answer(info: Any, intake: Intake) -> None:
    imprint = info["message_imprint"]
    algorithm = imprint["hash_algorithm"]["algorithm"].native
    if algorithm != "sha256" or imprint["hashed_message"].native != intake.imprint:
        raise _refused("imprint")
    if info["nonce"].native != intake.nonce:
        raise _refused("nonce")
    if info["policy"].native not in intake.policies:
        raise _refused("policy")


def _unit(signed: Any, signer: Any) -> x509.Certificate:
    serial = signer["sid"].chosen["serial_number"].native
    for choice in signed["certificates"]:
        certificate = x509.load_der_x509_certificate(choice.chosen.dump())
        if certificate.serial_number == serial:
            return certificate
    raise _refused("certificate")


def _check_signature(signer: Any, content: bytes, unit: x509.Certificate) -> None:
    algorithm = _HASHES[signer["digest_algorithm"]["algorithm"].native]()
    attributes = {item["type"].native: item["values"] for item in signer["signed_attrs"]}
    digest = hashlib.new(algorithm.name, content).digest()
    if attributes["message_digest"][0].native != digest or attributes["content_type"][0].native != "tst_info":
        raise _refused("message_digest")
    if attributes["signing_certificate_v2"][0]["certs"][0]["cert_hash"].native != unit.fingerprint(hashes.SHA256()):
        raise _refused("signing_certificate")
    signed = core.Set.load(b"\x31" + signer["signed_attrs"].dump()[1:]).dump()
    public_key = unit.public_key()
    try:
        if isinstance(public_key, EllipticCurvePublicKey):
            public_key.verify(signer["signature"].native, signed, ECDSA(algorithm))
        elif isinstance(public_key, RSAPublicKey):
            public_key.verify(signer["signature"].native, signed, PKCS1v15(), algorithm)
        else:
            raise _refused("key")
    except InvalidSignature as error:
        raise _refused("signature") from error


def _check_unit(unit: x509.Certificate, intake: Intake, gen_time: dt.datetime) -> None:
    try:
        usage = unit.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound as error:
        raise _refused("usage") from error
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise _refused("usage")
    if not any(_issued(unit, anchor, gen_time) for anchor in intake.anchors):
        raise _refused("chain")
    for crl in intake.crls:
        entry = crl.get_revoked_certificate_by_serial_number(unit.serial_number)
        if crl.issuer == unit.issuer and entry is not None and entry.revocation_date_utc <= gen_time:
            raise _refused("revocation")


def _issued(unit: x509.Certificate, anchor: x509.Certificate, at: dt.datetime) -> bool:
    try:
        unit.verify_directly_issued_by(anchor)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return all(item.not_valid_before_utc <= at <= item.not_valid_after_utc for item in (unit, anchor))
