"""Build and check a detached CAdES baseline LT signature (ETSI EN 319 122-1, docs/evidence-format.md §7)."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from contracts.errors import IntegrityBroken
from services.signing.domain import der, oids
from services.signing.domain.certificate import SigningKey

_ECDSA_SHA256 = ECDSA(SHA256())
_SHA_256 = der.sequence(der.object_identifier(oids.SHA_256))
_SIGNATURE_ALGORITHM = der.sequence(der.object_identifier(oids.ECDSA_WITH_SHA_256))
_DATA = der.object_identifier(oids.DATA)
_SIGNED_DATA = der.object_identifier(oids.SIGNED_DATA)
_TIME_STAMP = der.object_identifier(oids.SIGNATURE_TIME_STAMP)
_SIGNING_TIME = der.object_identifier(oids.SIGNING_TIME)
_SIGNING_CERTIFICATE = der.object_identifier(oids.SIGNING_CERTIFICATE_V2)
_MESSAGE_DIGEST = der.object_identifier(oids.MESSAGE_DIGEST)
_CONTENT_TYPE_ATTRIBUTE = der.sequence(der.object_identifier(oids.CONTENT_TYPE), der.set_of(_DATA))


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature value before its time-stamp: all that is needed to finish the file once time is certain."""

    attributes: bytes
    value: bytes

    @property
    def imprint(self) -> bytes:
        """Return what the time-stamp must be over: SHA-256 of the signature value."""
        return hashlib.sha256(self.value).digest()


def sign(manifest: bytes, *, key: SigningKey, at: dt.datetime) -> Signed:
    """Sign the manifest: content type, digest, time and certificate are the signed attributes."""
    certificate_digest = der.tlv(der.OCTET_STRING, hashlib.sha256(key.certificate_der).digest())
    digest = der.tlv(der.OCTET_STRING, hashlib.sha256(manifest).digest())
    time = der.tlv(der.UTC_TIME, at.astimezone(dt.UTC).strftime("%y%m%d%H%M%SZ").encode())
    certificate = der.sequence(der.sequence(der.sequence(certificate_digest)))
    attributes = b"".join(
        sorted(
            (
                _CONTENT_TYPE_ATTRIBUTE,
                der.sequence(_SIGNING_TIME, der.set_of(time)),
                der.sequence(_SIGNING_CERTIFICATE, der.set_of(certificate)),
                der.sequence(_MESSAGE_DIGEST, der.set_of(digest)),
            )
        )
    )
    return Signed(attributes=attributes, value=key.key.sign(der.tlv(der.SET, attributes), _ECDSA_SHA256))


def assemble(signed: Signed, *, key: SigningKey, token: bytes, crls: tuple[bytes, ...]) -> bytes:
    """Put signature, certificates, revocation lists and time-stamp together as the bytes of a ``.p7s``."""
    issuer = key.certificate.issuer.public_bytes()
    signer_info = der.sequence(
        der.integer(1),
        der.sequence(issuer, der.integer(key.certificate.serial_number)),
        _SHA_256,
        der.tlv(der.CONTEXT_0, signed.attributes),
        _SIGNATURE_ALGORITHM,
        der.tlv(der.OCTET_STRING, signed.value),
        der.tlv(der.CONTEXT_1, der.sequence(_TIME_STAMP, der.set_of(token))),
    )
    signed_data = der.sequence(
        der.integer(1),
        der.set_of(_SHA_256),
        der.sequence(_DATA),
        der.tlv(der.CONTEXT_0, b"".join(sorted((key.certificate_der, *key.chain)))),
        der.tlv(der.CONTEXT_1, b"".join(sorted(crls))),
        der.set_of(signer_info),
    )
    return der.sequence(_SIGNED_DATA, der.tlv(der.CONTEXT_0, signed_data))


def check_own(p7s: bytes, *, manifest: bytes, key: SigningKey, issuer: x509.Certificate) -> None:
    """
    Read our own output back and verify it, before it is recorded: what was signed is what was meant.

    Raises IntegrityBroken naming the part that does not hold.
    """
    signer_info = _signer_info(p7s)
    attributes, value = signer_info[3].content, signer_info[5].content
    found = {kind.encoded: held.content for kind, held in (item.children() for item in der.walk(attributes))}
    digest = der.tlv(der.OCTET_STRING, hashlib.sha256(manifest).digest())
    if found.get(_MESSAGE_DIGEST) != digest:
        raise IntegrityBroken(what="own_signature", part="message_digest")
    certificate_digest = hashlib.sha256(key.certificate_der).digest()
    if not found.get(_SIGNING_CERTIFICATE, b"").endswith(certificate_digest):
        raise IntegrityBroken(what="own_signature", part="signing_certificate")
    public_key = x509.load_der_x509_certificate(key.certificate_der).public_key()
    try:
        key.certificate.verify_directly_issued_by(issuer)
        assert isinstance(public_key, EllipticCurvePublicKey)  # the issuer makes no other key
        public_key.verify(value, der.tlv(der.SET, attributes), _ECDSA_SHA256)
    except InvalidSignature as error:
        raise IntegrityBroken(what="own_signature", part="value") from error


def _signer_info(p7s: bytes) -> tuple[der.Element, ...]:
    signed_data = der.only(p7s).children()[1].children()[0].children()
    (signer_info,) = signed_data[5].children()
    return signer_info.children()
