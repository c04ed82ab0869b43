"""Issue the one-time certificate: one key, one statement, ten minutes (docs/evidence-format.md §8)."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID, ObjectIdentifier

from services.signing.domain import der, oids
from services.signing.domain.statement import SignerIdentity

_BEFORE = dt.timedelta(minutes=1)
_AFTER = dt.timedelta(minutes=10)
_MOST_NAME = 64  # ub-common-name, RFC 5280 appendix A.1


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with its certificate, and the chain that goes into the signature."""

    key: EllipticCurvePrivateKey
    certificate: x509.Certificate
    certificate_der: bytes
    chain: tuple[bytes, ...]

    @property
    def common_name(self) -> str:
        """Return the name the certificate is for."""
        (attribute,) = self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(attribute.value)


@dataclass(frozen=True)
class Issuer:
    """The issuing authority; built once, so that each issue costs two signatures and nothing more."""

    key: EllipticCurvePrivateKey
    certificate: x509.Certificate
    certificate_der: bytes
    information_url: str

    @cached_property
    def template(self) -> x509.CertificateBuilder:
        """What all its certificates say: whose they are, for what, under which policy, no revocation."""
        policy = x509.PolicyInformation(ObjectIdentifier(oids.PERSON_CERTIFICATE), None)
        information = x509.AccessDescription(
            AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(self.information_url)
        )
        no_revocation = x509.UnrecognizedExtension(ObjectIdentifier(oids.NO_REVOCATION_AVAILABLE), b"\x05\x00")
        return (
            x509.CertificateBuilder()
            .issuer_name(self.certificate.subject)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_KEY_USAGE, critical=True)
            .add_extension(_authority_key(self.certificate), critical=False)
            .add_extension(x509.CertificatePolicies([policy]), critical=False)
            .add_extension(x509.AuthorityInformationAccess([information]), critical=False)
            .add_extension(no_revocation, critical=False)
        )

    def issue(self, signer: SignerIdentity, *, statement_digest: bytes, at: dt.datetime, serial: int) -> SigningKey:
        """Make a key and its certificate for exactly one statement."""
        key = generate_private_key(SECP256R1())
        statement = x509.UnrecognizedExtension(_STATEMENT_DIGEST, der.tlv(der.OCTET_STRING, statement_digest))
        at = at.replace(microsecond=0)
        certificate = (
            self.template.subject_name(_subject(signer))
            .public_key(key.public_key())
            .serial_number(serial)
            .not_valid_before(at - _BEFORE)
            .not_valid_after(at + _AFTER)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(statement, critical=False)
            .sign(self.key, SHA256())
        )
        return SigningKey(
            key=key,
            certificate=certificate,
            certificate_der=certificate.public_bytes(Encoding.DER),
            chain=(self.certificate_der,),
        )


def _subject(signer: SignerIdentity) -> x509.Name:
    # The library counts bytes where RFC 5280 counts characters: a long name with accents would be refused.
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, signer.name[:_MOST_NAME], _validate=False)]
    if signer.id is not None:
        attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, signer.id))
    return x509.Name(attributes)


def _authority_key(certificate: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    subject_key = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(subject_key)


_STATEMENT_DIGEST = ObjectIdentifier(oids.STATEMENT_DIGEST)
_KEY_USAGE = x509.KeyUsage(
    digital_signature=False,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)
