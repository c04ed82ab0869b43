"""Make the certificates, revocation lists, signatures and tokens of an evidence file, right or wrong, for tests."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from tests.builders import der

ARC = "2.25.14431180924995401934383345354000645517"
DATA = "1.2.840.113549.1.7.1"
SIGNED_DATA = "1.2.840.113549.1.7.2"
TST_INFO = "1.2.840.113549.1.9.16.1.4"
SHA256 = "2.16.840.1.101.3.4.2.1"
ECDSA_SHA256 = "1.2.840.10045.4.3.2"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_TIME = "1.2.840.113549.1.9.5"
ESS_V2 = "1.2.840.113549.1.9.16.2.47"
SIGNATURE_TIME_STAMP = "1.2.840.113549.1.9.16.2.14"
NO_KEY_USAGE = dict.fromkeys(
    [
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ],
    False,
)


def sha256(content: bytes) -> bytes:
    """Return the raw digest."""
    return hashlib.sha256(content).digest()


@dataclass(frozen=True)
class Identity:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        """Return the certificate's bytes."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        """Return the certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)


@dataclass(frozen=True)
class Template:
    """What goes into one certificate; ``extra`` are (oid, value, critical) of further extensions."""

    common_name: str
    start: datetime
    end: datetime
    ca: bool = False
    path_length: int | None = None
    key_usage: tuple[str, ...] = ("content_commitment",)
    person: str | None = None
    policy: str | None = None
    extra: tuple[tuple[str, bytes, bool], ...] = ()
    crl_url: str | None = None
    issuer_url: str | None = None
    usages: tuple[x509.ObjectIdentifier, ...] = ()
    usages_critical: bool = True
    curve: ec.EllipticCurve = field(default_factory=ec.SECP256R1)
    digest: hashes.HashAlgorithm = field(default_factory=hashes.SHA256)


def certify(template: Template, issuer: Identity | None = None, *, key=None) -> Identity:
    """Issue a certificate; without ``issuer`` it signs itself."""
    key = key or ec.generate_private_key(template.curve)
    names = [(NameOID.COUNTRY_NAME, "FR"), (NameOID.ORGANIZATION_NAME, "Institut de démonstration")]
    names += [(NameOID.COMMON_NAME, template.common_name)]
    names += [(NameOID.SERIAL_NUMBER, template.person)] if template.person else []
    subject = x509.Name([x509.NameAttribute(kind, value) for kind, value in names])
    issuing = issuer.certificate.subject if issuer else subject
    builder = x509.CertificateBuilder(issuing, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(template.start).not_valid_after(template.end)
    for extension, critical in _extensions(template, key, issuer.key if issuer else key):
        builder = builder.add_extension(extension, critical)
    return Identity(builder.sign(issuer.key if issuer else key, template.digest), key)


def _extensions(template, key, issuer_key):
    yield x509.BasicConstraints(template.ca, template.path_length if template.ca else None), True
    yield x509.KeyUsage(**{**NO_KEY_USAGE, **dict.fromkeys(template.key_usage, True)}), True
    yield x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False
    yield x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False
    if template.usages:
        yield x509.ExtendedKeyUsage(template.usages), template.usages_critical
    if template.policy:
        policy = x509.PolicyInformation(x509.ObjectIdentifier(template.policy), None)
        yield x509.CertificatePolicies([policy]), False
    if template.crl_url:
        where = [x509.UniformResourceIdentifier(template.crl_url)]
        yield x509.CRLDistributionPoints([x509.DistributionPoint(where, None, None, None)]), False
    if template.issuer_url:
        where = x509.UniformResourceIdentifier(template.issuer_url)
        access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, where)
        yield x509.AuthorityInformationAccess([access]), False
    for dotted, value, critical in template.extra:
        yield x509.UnrecognizedExtension(x509.ObjectIdentifier(dotted), value), critical


def revocation_list(issuer: Identity, *, this_update: datetime, days: int = 30, revoked=(), extra=()) -> bytes:
    """Return a DER CRL; ``revoked`` are (certificate, date), ``extra`` (extension, critical)."""
    builder = x509.CertificateRevocationListBuilder(issuer.certificate.subject).last_update(this_update)
    builder = builder.next_update(this_update + timedelta(days=days)).add_extension(x509.CRLNumber(1), False)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
    builder = builder.add_extension(identifier, False)
    for extension, critical in extra:
        builder = builder.add_extension(extension, critical)
    for certificate, when in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(when).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


CA_USAGE = ("key_cert_sign", "crl_sign")


class Institution:
    """An invented institution: root, issuing CA, seal, and an authority that stamps for demonstration."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = (now or datetime.now(UTC) - timedelta(minutes=3)).replace(microsecond=0)
        self.start = self.now - timedelta(hours=1)
        self.root = self._ca("Racine de démonstration", years=20)
        self.issuing = self._ca("Signatures de démonstration", issuer=self.root, years=10, path_length=0)
        self.tsa = self._ca("Horodatage racine (demo, not evidence)", years=20)
        self.tsu = self.stamping_unit()
        self.seal = certify(self.seal_template(), self.issuing)
        self.crl_root = revocation_list(self.root, this_update=self.start)
        self.crl_issuing = revocation_list(self.issuing, this_update=self.start)
        self.crl_tsa = revocation_list(self.tsa, this_update=self.start)

    def _ca(self, name, *, years, issuer=None, path_length=None) -> Identity:
        end = self.now + timedelta(days=365 * years)
        urls = {"crl_url": "http://pki.invalid/ca.crl", "issuer_url": "http://pki.invalid/ca.crt"} if issuer else {}
        shape = {"ca": True, "path_length": path_length, "key_usage": CA_USAGE}
        return certify(Template(name, self.start, end, **shape, **urls), issuer)

    def stamping_unit(self, issuer: Identity | None = None, **changes) -> Identity:
        """Return a time-stamp unit of our authority (or of ``issuer``)."""
        fields = {
            "common_name": "Horodatage (demo, not evidence)",
            "start": self.start,
            "end": self.now + timedelta(days=3650),
            "key_usage": ("digital_signature",),
            "usages": (ExtendedKeyUsageOID.TIME_STAMPING,),
            "crl_url": "http://tsa.invalid/ca.crl",
            "issuer_url": "http://tsa.invalid/ca.crt",
        }
        return certify(Template(**{**fields, **changes}), issuer or self.tsa)

    def seal_template(self, **changes) -> Template:
        """Return the shape of the institution's seal."""
        fields = {
            "common_name": "Institut de démonstration",
            "start": self.start,
            "end": self.now + timedelta(days=1800),
            "policy": f"{ARC}.3.2",
            "crl_url": "http://pki.invalid/issuing.crl",
            "issuer_url": "http://pki.invalid/issuing.crt",
        }
        return Template(**{**fields, **changes})

    def one_time_template(self, *, name: str, person: str, at: datetime, statement: bytes, **changes) -> Template:
        """Return the shape of a certificate for one act."""
        fields = {
            "common_name": name[:64],
            "person": person,
            "start": at - timedelta(minutes=1),
            "end": at + timedelta(minutes=10),
            "policy": f"{ARC}.3.1",
            "issuer_url": "http://pki.invalid/issuing.crt",
            "extra": (
                (f"{ARC}.2.1", der.octets(sha256(statement)), False),
                ("2.5.29.56", b"\x05\x00", False),
            ),
        }
        return Template(**{**fields, **changes})


def attribute(kind: str, *values: bytes) -> bytes:
    """Return a CMS attribute."""
    return der.seq(der.oid(kind), der.set_of(*values))


def ess(certificate: bytes) -> bytes:
    """Return signingCertificateV2 with the default hash algorithm and no issuerSerial (RFC 5035)."""
    return attribute(ESS_V2, der.seq(der.seq(der.seq(der.octets(sha256(certificate))))))


@dataclass
class Signing:
    """How to make one SignedData; every field may be replaced by a forger."""

    identity: Identity
    certificates: list[bytes]
    crls: list[bytes] = field(default_factory=list)
    attributes: list[bytes] = field(default_factory=list)
    content_type: str = DATA
    content: bytes | None = None
    version: int = 1
    digest_algorithm: bytes = der.seq(der.oid(SHA256))
    signature_algorithm: bytes = der.seq(der.oid(ECDSA_SHA256))
    signature_hash: hashes.HashAlgorithm = field(default_factory=hashes.SHA256)
    key: ec.EllipticCurvePrivateKey | None = None
    signers: int = 1
    unsigned: list[bytes] = field(default_factory=list)

    def sign(self) -> tuple[bytes, bytes]:
        """Return the encoded attributes and the signature over them."""
        attributes = b"".join(sorted(self.attributes))
        key = self.key or self.identity.key
        return attributes, key.sign(der.tlv(0x31, attributes), ec.ECDSA(self.signature_hash))

    def encode(self, attributes: bytes, signature: bytes) -> bytes:
        """Return the ContentInfo."""
        certificate = self.identity.certificate
        sid = der.seq(certificate.issuer.public_bytes(), der.integer(certificate.serial_number))
        parts = [der.integer(1), sid, self.digest_algorithm, der.tlv(0xA0, attributes), self.signature_algorithm]
        parts += [der.octets(signature)]
        parts += [der.tlv(0xA1, b"".join(sorted(self.unsigned)))] if self.unsigned else []
        content = [der.tlv(0xA0, der.octets(self.content))] if self.content is not None else []
        body = [der.integer(self.version), der.tlv(0x31, self.digest_algorithm)]
        body += [der.seq(der.oid(self.content_type), *content)]
        body += [der.tlv(0xA0, b"".join(sorted(self.certificates)))]
        body += [der.tlv(0xA1, b"".join(sorted(self.crls)))] if self.crls else []
        body += [der.tlv(0x31, der.seq(*parts) * self.signers)]
        return der.seq(der.oid(SIGNED_DATA), der.tlv(0xA0, der.seq(*body)))


@dataclass
class Stamp:
    """How to make one RFC 3161 token; every field may be replaced by a forger."""

    unit: Identity
    at: datetime
    imprint: bytes
    policy: str = f"{ARC}.4.1"
    algorithm: str = SHA256
    certificates: list[bytes] | None = None
    attributes: list[bytes] | None = None
    extra: bytes = b""
    result: bytes | None = None

    def encode(self) -> bytes:
        """Return the token."""
        if self.result is not None:
            return self.result
        imprint = der.seq(der.seq(der.oid(self.algorithm)), der.octets(self.imprint))
        accuracy = der.seq(der.integer(1))
        fields = [der.integer(1), der.oid(self.policy), imprint, der.integer(secrets.randbits(120))]
        info = der.seq(*fields, der.generalized_time(self.at), accuracy, der.integer(secrets.randbits(62)), self.extra)
        attributes = self.attributes
        if attributes is None:
            attributes = [attribute(CONTENT_TYPE, der.oid(TST_INFO)), attribute(SIGNING_TIME, der.utc_time(self.at))]
            attributes += [attribute(MESSAGE_DIGEST, der.octets(sha256(info))), ess(self.unit.der)]
        certificates = self.certificates if self.certificates is not None else [self.unit.der]
        shape = Signing(self.unit, certificates, attributes=attributes, content_type=TST_INFO, content=info, version=3)
        return shape.encode(*shape.sign())
