"""Check certificates against their profile and their chain (§8)."""

from collections.abc import Iterable
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from verifier.findings import Refusal, demand
from verifier.trust import ARC

STATEMENT_DIGEST = x509.ObjectIdentifier(f"{ARC}.2.1")
NO_REVOCATION = x509.ObjectIdentifier("2.5.29.56")
ONE_TIME_POLICY = f"{ARC}.3.1"
SEAL_POLICY = f"{ARC}.3.2"
ONE_TIME_SECONDS = 15 * 60
MIN_RSA_BITS = 3000
_KNOWN_CRITICAL = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.CERTIFICATE_POLICIES,
}
_MAX_CHAIN = 4


def value(certificate: x509.Certificate, kind: type[x509.ExtensionType]) -> x509.ExtensionType | None:
    """Return an extension's value, or none."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _raw(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> tuple[bytes, bool] | None:
    """Return the bytes of an extension and whether it is critical."""
    for extension in certificate.extensions:
        if extension.oid == oid:
            return extension.value.public_bytes(), extension.critical
    return None


def _is_ca(certificate: x509.Certificate) -> bool:
    basic = value(certificate, x509.BasicConstraints)
    usage = value(certificate, x509.KeyUsage)
    signs = isinstance(usage, x509.KeyUsage) and usage.key_cert_sign
    return isinstance(basic, x509.BasicConstraints) and basic.ca and signs


def check_common(certificate: x509.Certificate, at: datetime, place: str, *, rsa_allowed: bool = False) -> None:
    """Demand what holds for every certificate: validity at ``at``, sound algorithms, no unknown critical extension."""
    demand(certificate.version is x509.Version.v3, "certificate_profile", place, "not version 3")
    demand(certificate.not_valid_before_utc <= at, "certificate_not_yet_valid", place)
    demand(at <= certificate.not_valid_after_utc, "certificate_expired", place)
    key = certificate.public_key()
    curve = isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in {"secp256r1", "secp384r1"}
    long = rsa_allowed and isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_RSA_BITS
    demand(curve or long, "weak_algorithm", place, "public key")
    digest = certificate.signature_hash_algorithm
    demand(isinstance(digest, (hashes.SHA256, hashes.SHA384, hashes.SHA512)), "weak_algorithm", place, "certificate")
    for extension in certificate.extensions:
        known = not extension.critical or extension.oid in _KNOWN_CRITICAL
        demand(known, "certificate_profile", place, f"unknown critical extension {extension.oid.dotted_string}")


def chain(
    leaf: x509.Certificate,
    between: Iterable[x509.Certificate],
    anchors: Iterable[x509.Certificate],
    place: str,
) -> list[x509.Certificate]:
    """Return leaf … anchor, each issued by the next; refuse when no anchor is reached."""
    between, anchors = list(between), list(anchors)
    path = [leaf]
    while len(path) <= _MAX_CHAIN:
        anchor = next((one for one in anchors if _issued(path[-1], one)), None)
        if anchor is not None:
            return [*path, anchor]
        candidates = [one for one in between if one not in path and _is_ca(one) and _issued(path[-1], one)]
        if not candidates:
            break
        path.append(candidates[0])
    raise Refusal("chain_untrusted", place, "does not lead to an anchor of the trust folder")


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def check_path_length(path: list[x509.Certificate], place: str) -> None:
    """Demand that every CA above the leaf is one, and allows the CAs below it."""
    for below, authority in enumerate(path[1:]):
        demand(_is_ca(authority), "certificate_profile", place, "issuer is not a CA")
        basic = value(authority, x509.BasicConstraints)
        limit = basic.path_length if isinstance(basic, x509.BasicConstraints) else None
        demand(limit is None or below <= limit, "certificate_profile", place, "path length")


def check_signer(certificate: x509.Certificate, name: str, place: str) -> None:
    """Demand what holds for persons and for the seal."""
    key = certificate.public_key()
    p256 = isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == "secp256r1"
    demand(p256, "weak_algorithm", place, "signer key is not P-256")
    basic = value(certificate, x509.BasicConstraints)
    demand(isinstance(basic, x509.BasicConstraints) and not basic.ca, "certificate_profile", place, "is a CA")
    _check_usage(certificate, place)
    demand(value(certificate, x509.ExtendedKeyUsage) is None, "certificate_profile", place, "extended key usage")
    for kind in (x509.AuthorityKeyIdentifier, x509.SubjectKeyIdentifier):
        demand(value(certificate, kind) is not None, "certificate_profile", place, "key identifiers missing")
    demand(_attribute(certificate, NameOID.COMMON_NAME) == name[:64], "signer_name", place, "name differs")


def _check_usage(certificate: x509.Certificate, place: str) -> None:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    except x509.ExtensionNotFound as error:
        raise Refusal("certificate_profile", place, "key usage missing") from error
    usage = extension.value
    others = (
        usage.digital_signature,
        usage.key_encipherment,
        usage.data_encipherment,
        usage.key_agreement,
        usage.key_cert_sign,
        usage.crl_sign,
    )
    fine = extension.critical and usage.content_commitment and not any(others)
    demand(fine, "certificate_profile", place, "key usage is not nonRepudiation alone")


def _attribute(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str | None:
    found = certificate.subject.get_attributes_for_oid(oid)
    return str(found[0].value) if len(found) == 1 else None


def _policies(certificate: x509.Certificate) -> list[str]:
    found = value(certificate, x509.CertificatePolicies)
    if not isinstance(found, x509.CertificatePolicies):
        return []
    return [one.policy_identifier.dotted_string for one in found]


def check_one_time(certificate: x509.Certificate, *, person: str | None, statement: bytes, place: str) -> None:
    """Demand a certificate made for this one statement of this one person."""
    demand(_policies(certificate) == [ONE_TIME_POLICY], "certificate_profile", place, "certificate policy")
    lifetime = (certificate.not_valid_after_utc - certificate.not_valid_before_utc).total_seconds()
    demand(lifetime <= ONE_TIME_SECONDS, "certificate_profile", place, "valid for too long")
    demand(_attribute(certificate, NameOID.SERIAL_NUMBER) == person, "signer_name", place, "person's id differs")
    expected = (b"\x04\x20" + statement, False)
    demand(_raw(certificate, STATEMENT_DIGEST) == expected, "statement_digest_extension", place)
    demand(_raw(certificate, NO_REVOCATION) == (b"\x05\x00", False), "certificate_profile", place, "noRevAvail")
    no_list = value(certificate, x509.CRLDistributionPoints) is None
    demand(no_list, "certificate_profile", place, "has a CRL distribution point")


def check_seal(certificate: x509.Certificate, place: str) -> None:
    """Demand the institution's seal, which can be revoked."""
    demand(_policies(certificate) == [SEAL_POLICY], "certificate_profile", place, "not a seal of an institution")
    fine = _raw(certificate, STATEMENT_DIGEST) is None and _raw(certificate, NO_REVOCATION) is None
    demand(fine, "certificate_profile", place, "extensions of a one-time certificate")
    has_list = value(certificate, x509.CRLDistributionPoints) is not None
    demand(has_list, "certificate_profile", place, "no CRL distribution point")


def check_stamping_unit(certificate: x509.Certificate, place: str) -> None:
    """Demand a certificate for time stamps and nothing else (RFC 3161 §2.3)."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound as error:
        raise Refusal("tsa_usage", place, "extended key usage missing") from error
    alone = list(extension.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    demand(alone and extension.critical, "tsa_usage", place, "must be timeStamping alone, critical")
    usage = value(certificate, x509.KeyUsage)
    fine = isinstance(usage, x509.KeyUsage) and not usage.key_cert_sign and not usage.crl_sign
    signs = isinstance(usage, x509.KeyUsage) and (usage.digital_signature or usage.content_commitment)
    demand(fine and signs, "tsa_usage", place, "key usage")
