"""Read CMS SignedData (RFC 5652) strictly, and verify its one signature."""

import hmac
from dataclasses import dataclass
from hashlib import new as new_digest
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from verifier import der
from verifier.der import Node
from verifier.findings import Refusal, demand

SIGNED_DATA = "1.2.840.113549.1.7.2"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_TIME = "1.2.840.113549.1.9.5"
ESS_V2 = "1.2.840.113549.1.9.16.2.47"
DIGESTS = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_ECDSA = {"1.2.840.10045.4.3.2": "sha256", "1.2.840.10045.4.3.3": "sha384", "1.2.840.10045.4.3.4": "sha512"}
_RSA = {
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
}
_RSA_PLAIN = "1.2.840.113549.1.1.1"


@dataclass(frozen=True)
class Algorithm:
    """An AlgorithmIdentifier: its OID and what follows it."""

    oid: str
    parameters: tuple[Node, ...]

    @property
    def bare(self) -> bool:
        """Tell whether there are no parameters at all."""
        return not self.parameters


@dataclass(frozen=True)
class Attributes:
    """A SET of attributes: values by OID, in the order they stand, and the bytes that are signed."""

    values: dict[str, list[Node]]
    signed: bytes
    nodes: list[Node]

    def one(self, kind: str, place: str) -> Node:
        """Return the single value of an attribute."""
        values = self.values.get(kind, [])
        demand(len(values) == 1, "cms_attribute", place, f"attribute {kind} must have one value")
        return values[0]


@dataclass(frozen=True)
class SignerInfo:
    """The one signer: whom it names, what it signed, and how."""

    version: int
    issuer: bytes
    serial: int
    digest: Algorithm
    attributes: Attributes
    algorithm: Algorithm
    signature: bytes
    unsigned: Attributes


@dataclass(frozen=True)
class SignedData:
    """A parsed SignedData with exactly one signer."""

    place: str
    version: int
    digests: tuple[Algorithm, ...]
    content_type: str
    content: bytes | None
    certificates: tuple[Node, ...]
    crls: tuple[Node, ...]
    info: SignerInfo

    def signer(self) -> x509.Certificate:
        """Return the certificate the signer names, which must be among those that came along."""
        for node in self.certificates:
            certificate = load_certificate(node.raw, self.place)
            if certificate.serial_number == self.info.serial and certificate.issuer.public_bytes() == self.info.issuer:
                return certificate
        raise Refusal("certificate_missing", self.place, "the signer's certificate is not in the signature")


def load_certificate(raw: bytes, place: str) -> x509.Certificate:
    """Load a certificate and make sure all of it can be read: the library reads each part when asked."""
    try:
        certificate = x509.load_der_x509_certificate(raw)
        _ = certificate.extensions, certificate.not_valid_before_utc, certificate.not_valid_after_utc
        _ = certificate.subject, certificate.issuer, certificate.public_key(), certificate.signature_hash_algorithm
    except (ValueError, TypeError, x509.InvalidVersion, UnsupportedAlgorithm) as error:
        raise Refusal("certificate_malformed", place) from error
    except (x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise Refusal("certificate_malformed", place) from error
    return certificate


def read_signed_data(data: bytes, place: str) -> SignedData:
    """Read a ContentInfo with SignedData."""
    parts = der.parse(data, place).inside(der.SEQUENCE)
    demand(len(parts) == 2 and der.dotted(parts[0]) == SIGNED_DATA, "cms_structure", place, "not SignedData")
    inner = parts[1].inside(0xA0)
    demand(len(inner) == 1, "cms_structure", place, "ContentInfo")
    fields = inner[0].inside(der.SEQUENCE)
    demand(4 <= len(fields) <= 6, "cms_structure", place, "SignedData")
    version, digests, content, *optional, signers = fields
    tags = [node.tag for node in optional]
    demand(tags in ([], [0xA0], [0xA1], [0xA0, 0xA1]), "cms_structure", place, "SignedData")
    sets = {node.tag: node.children() for node in optional}
    infos = signers.inside(der.SET)
    demand(len(infos) == 1, "cms_signers", place, f"{len(infos)} signers instead of one")
    content_type, octets = _content(content, place)
    return SignedData(
        place=place,
        version=der.integer(version),
        digests=tuple(_algorithm(node, place) for node in digests.inside(der.SET)),
        content_type=content_type,
        content=octets,
        certificates=tuple(sets.get(0xA0, ())),
        crls=tuple(sets.get(0xA1, ())),
        info=_signer_info(infos[0], place),
    )


def _content(node: Node, place: str) -> tuple[str, bytes | None]:
    kind, *wrapped = node.inside(der.SEQUENCE) or [node]
    if not wrapped:
        return der.dotted(kind), None
    inner = wrapped[0].inside(0xA0)
    demand(len(wrapped) == 1 and len(inner) == 1, "cms_structure", place, "eContent")
    return der.dotted(kind), inner[0].tagged(der.OCTETS).content


def _algorithm(node: Node, place: str) -> Algorithm:
    parts = node.inside(der.SEQUENCE)
    demand(1 <= len(parts) <= 2, "cms_structure", place, "algorithm")
    return Algorithm(der.dotted(parts[0]), tuple(parts[1:]))


def _signer_info(node: Node, place: str) -> SignerInfo:
    fields = node.inside(der.SEQUENCE)
    demand(len(fields) in {6, 7}, "cms_structure", place, "SignerInfo")
    version, sid, digest, signed, algorithm, signature, *unsigned = fields
    identifier = sid.inside(der.SEQUENCE)
    demand(len(identifier) == 2, "cms_structure", place, "signer identifier")
    return SignerInfo(
        version=der.integer(version),
        issuer=identifier[0].raw,
        serial=der.integer(identifier[1]),
        digest=_algorithm(digest, place),
        attributes=_attributes(signed.tagged(0xA0), place),
        algorithm=_algorithm(algorithm, place),
        signature=signature.tagged(der.OCTETS).content,
        unsigned=_attributes(unsigned[0].tagged(0xA1), place) if unsigned else Attributes({}, b"", []),
    )


def _attributes(node: Node, place: str) -> Attributes:
    values: dict[str, list[Node]] = {}
    nodes = node.children()
    for attribute in nodes:
        parts = attribute.inside(der.SEQUENCE)
        demand(len(parts) == 2, "cms_structure", place, "attribute")
        kind = der.dotted(parts[0])
        demand(kind not in values, "cms_attribute", place, f"attribute {kind} twice")
        values[kind] = parts[1].inside(der.SET)
    return Attributes(values, b"\x31" + node.raw[1:], nodes)


def check_signature(data: SignedData, certificate: x509.Certificate, content: bytes) -> None:
    """Demand that the signer's key signed the attributes, and that they carry the digest of ``content``."""
    place = data.place
    name = DIGESTS.get(data.info.digest.oid)
    if name is None:
        raise Refusal("weak_algorithm", place, f"digest {data.info.digest.oid}")
    expected = new_digest(name, content).digest()
    found = data.info.attributes.one(MESSAGE_DIGEST, place).tagged(der.OCTETS).content
    demand(hmac.compare_digest(found, expected), "signature_digest", place, "signs other bytes")
    kind = der.dotted(data.info.attributes.one(CONTENT_TYPE, place))
    demand(kind == data.content_type, "cms_attribute", place, "content type")
    _verify(data, certificate, name)


def _verify(data: SignedData, certificate: x509.Certificate, digest: str) -> None:
    key = certificate.public_key()
    oid, place = data.info.algorithm.oid, data.place
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and oid in _ECDSA:
            key.verify(data.info.signature, data.info.attributes.signed, ec.ECDSA(_HASHES[_ECDSA[oid]]))
        elif isinstance(key, rsa.RSAPublicKey) and (oid in _RSA or oid == _RSA_PLAIN):
            digest = _RSA.get(oid, digest)
            key.verify(data.info.signature, data.info.attributes.signed, padding.PKCS1v15(), _HASHES[digest])
        else:
            raise Refusal("weak_algorithm", place, f"signature {oid}")
    except InvalidSignature as error:
        raise Refusal("signature_invalid", place) from error


def check_certificate_reference(data: SignedData, certificate: x509.Certificate, raw: bytes) -> None:
    """
    Demand that signingCertificateV2 names this very certificate (RFC 5035 §3).

    Without it a certificate of the same key and serial could be put in the place of the one signed with.
    """
    place = data.place
    identifiers = data.info.attributes.one(ESS_V2, place).inside(der.SEQUENCE)
    demand(identifiers, "ess_missing", place)
    first = identifiers[0].inside(der.SEQUENCE)
    demand(len(first) >= 1, "ess_missing", place)
    fields = first[0].inside(der.SEQUENCE)
    name = "sha256"
    if fields and fields[0].tag == der.SEQUENCE and len(fields) > 1 and fields[1].tag == der.OCTETS:
        name = DIGESTS.get(_algorithm(fields.pop(0), place).oid, "")
        demand(name, "weak_algorithm", place, "ESS digest")
    demand(1 <= len(fields) <= 2, "cms_attribute", place, "ESSCertIDv2")
    same = fields[0].tagged(der.OCTETS).content == new_digest(name, raw).digest()
    demand(same, "certificate_substituted", place)
    if len(fields) > 1:
        _check_issuer_serial(fields[1], certificate, place)


def _check_issuer_serial(node: Node, certificate: x509.Certificate, place: str) -> None:
    parts = node.inside(der.SEQUENCE)
    demand(len(parts) == 2, "cms_attribute", place, "issuerSerial")
    names = parts[0].inside(der.SEQUENCE)
    same = len(names) == 1 and names[0].tag == 0xA4 and names[0].content == certificate.issuer.public_bytes()
    demand(same and der.integer(parts[1]) == certificate.serial_number, "certificate_substituted", place)


def fingerprint(raw: bytes) -> str:
    """Return the SHA-256 of a certificate for people."""
    return sha256(raw).hexdigest()
