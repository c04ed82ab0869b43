"""
Make the keys and certificates of one installation, and renew its revocation lists.

Profile: docs/evidence-format.md §8 (evidence.md rules 1–18, EU DSS 6.4). On one machine private keys are files,
encrypted under a passphrase file; production keeps them in an HSM behind the same port.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

# docs/evidence-format.md §1: ARC = 2.25.<UUID>; certificate policy of an institution's seal.
ARC = "2.25.14431180924995401934383345354000645517"
SEAL_POLICY = x509.ObjectIdentifier(f"{ARC}.3.2")
ROOT_YEARS, ISSUING_YEARS, SEAL_YEARS, STAMP_YEARS = 30, 20, 5, 15
# Clocks of one machine agree; an hour covers a reader's.
BACKDATE = timedelta(hours=1)
CRL_LIFE = timedelta(days=30)
LIST_NAMES = {"root": "crl_root.pem", "issuing": "crl_issuing.pem", "tsa": "crl_tsa.pem"}
# Upper bound of a common name (RFC 5280 appendix A, ub-common-name), counted in bytes by some readers.
NAME_BYTES = 64
# RFC 6962-style note signature type of Ed25519 (c2sp.org/signed-note).
ED25519_NOTE = b"\x01"


@dataclass(frozen=True, slots=True)
class Names:
    """What stands in the certificates; ``demo`` marks every one of them."""

    institution: str
    pki_url: str
    origin: str
    demo: bool

    def common_name(self, role: str) -> str:
        """Name a certificate's subject; the mark and the role survive when the institution's name must be cut."""
        mark = "DEMO, not evidence: " if self.demo else ""
        return f"{mark}{_cut(self.institution, NAME_BYTES - len(mark) - len(role) - 1)} {role}"


@dataclass(frozen=True, slots=True)
class Pair:
    """A key and its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def create(names: Names, *, trust: Path, keys: Path, passphrase: bytes) -> None:
    """
    Create every key and certificate once.

    Args:
        names: Subjects and addresses.
        trust: Receives certificates, revocation lists and ``log.vkey``.
        keys: Receives the private keys: ``root``, ``issuing``, ``seal``, ``tsa``, ``tsu``, ``log`` (``*.pem``).
        passphrase: Encrypts them (PKCS#8, PBES2).

    """
    root = _authority(names.common_name("Root"), names, years=ROOT_YEARS)
    issuing = _subordinate(names.common_name("Signing CA"), names, root)
    seal = _leaf(names.common_name("Seal"), names, issuing, "issuing", years=SEAL_YEARS, seal=True)
    tsa = _authority(names.common_name("Time-stamp Root"), names, years=ROOT_YEARS)
    tsu = _leaf(names.common_name("TSU"), names, tsa, "tsa", years=STAMP_YEARS, seal=False)
    log = ed25519.Ed25519PrivateKey.generate()
    pairs: dict[str, Pair] = {"root": root, "issuing": issuing, "seal": seal, "tsa": tsa, "tsu": tsu}
    private_keys: dict[str, ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey] = {"log": log}
    private_keys.update({name: pair.key for name, pair in pairs.items()})
    for name, key in private_keys.items():
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase))
        _write(keys / f"{name}.pem", private, mode=0o600)
    for name, pair in pairs.items():
        _write(trust / f"{name}.pem", pair.certificate.public_bytes(Encoding.PEM))
    _write(trust / "log.vkey", verification_key(names.origin, log.public_key()).encode() + b"\n")
    renew_lists(trust=trust, keys=keys, passphrase=passphrase)


def renew_lists(*, trust: Path, keys: Path, passphrase: bytes, now: datetime | None = None) -> bool:
    """Write new revocation lists when half of the old ones' life is over; return whether any was written."""
    at = (now or datetime.now(UTC)).replace(microsecond=0)
    written = False
    for name, file in LIST_NAMES.items():
        path = trust / file
        old = x509.load_pem_x509_crl(path.read_bytes()) if path.exists() else None
        if old is not None and at - old.last_update_utc < CRL_LIFE / 2:
            continue
        key = load_pem_private_key((keys / f"{name}.pem").read_bytes(), passphrase)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError(name)
        issuer = x509.load_pem_x509_certificate((trust / f"{name}.pem").read_bytes())
        _write(path, _revocation_list(Pair(key, issuer), at, old).public_bytes(Encoding.PEM))
        written = True
    if written:
        _write(trust / "crls.pem", b"".join((trust / file).read_bytes() for file in LIST_NAMES.values()))
    return written


def _revocation_list(
    issuer: Pair, at: datetime, old: x509.CertificateRevocationList | None
) -> x509.CertificateRevocationList:
    number = 1
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.certificate.subject)
    if old is not None:
        number = old.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number + 1
        for revoked in old:
            builder = builder.add_revoked_certificate(revoked)
    return (
        builder.last_update(at)
        .next_update(at + CRL_LIFE)
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
        .sign(issuer.key, hashes.SHA256())
    )


def verification_key(origin: str, key: ed25519.Ed25519PublicKey) -> str:
    """Return the log's verification key: ``origin+keyid+base64(0x01 ‖ key)`` (c2sp.org/signed-note)."""
    raw = ED25519_NOTE + key.public_bytes_raw()
    key_id = hashlib.sha256(origin.encode() + b"\n" + raw).digest()[:4]
    return f"{origin}+{key_id.hex()}+{base64.b64encode(raw).decode()}"


def _authority(name: str, names: Names, *, years: int) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _subject(name, names)
    builder = _builder(subject, subject, key, years=years)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
    return Pair(key, builder.sign(key, hashes.SHA256()))


def _subordinate(name: str, names: Names, issuer: Pair) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(_subject(name, names), issuer.certificate.subject, key, years=ISSUING_YEARS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
    builder = _pointers(builder, names, issuer, "root")
    return Pair(key, builder.sign(issuer.key, hashes.SHA256()))


def _leaf(name: str, names: Names, issuer: Pair, issuer_name: str, *, years: int, seal: bool) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(_subject(name, names), issuer.certificate.subject, key, years=years)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage("content_commitment" if seal else "digital_signature"), critical=True)
    if seal:
        policy = x509.CertificatePolicies([x509.PolicyInformation(SEAL_POLICY, None)])
        builder = builder.add_extension(policy, critical=False)
    else:
        # RFC 3161 §2.3: timeStamping alone, and critical.
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    builder = _pointers(builder, names, issuer, issuer_name)
    return Pair(key, builder.sign(issuer.key, hashes.SHA256()))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, *, years: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC).replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATE)
        .not_valid_after(now + timedelta(days=365 * years))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _pointers(
    builder: x509.CertificateBuilder, names: Names, issuer: Pair, issuer_name: str
) -> x509.CertificateBuilder:
    """Add where issuer and revocation list can be found; verifiers of ours never fetch them."""
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
    place = x509.UniformResourceIdentifier(f"{names.pki_url}/{issuer_name}.crl")
    lists = x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)])
    access = x509.AuthorityInformationAccess(
        [
            x509.AccessDescription(
                AuthorityInformationAccessOID.CA_ISSUERS,
                x509.UniformResourceIdentifier(f"{names.pki_url}/{issuer_name}.cer"),
            )
        ]
    )
    for extension in (authority, lists, access):
        builder = builder.add_extension(extension, critical=False)
    return builder


def _cut(text: str, size_bytes: int) -> str:
    return text.encode()[:size_bytes].decode(errors="ignore").strip()


def _subject(name: str, names: Names) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _cut(names.institution, NAME_BYTES)),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


def _usage(*wanted: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: usage in wanted for usage in _USAGES})


def _write(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file whole or not at all."""
    draft = path.with_name(path.name + ".tmp")
    draft.touch(mode=mode)
    draft.write_bytes(content)
    draft.chmod(mode)
    draft.replace(path)


def present(trust: Path, keys: Path) -> bool:
    """Return whether an installation has its keys: the last file written is there."""
    needed: Sequence[Path] = (trust / "crls.pem", keys / "log.pem")
    return all(path.exists() for path in needed)
