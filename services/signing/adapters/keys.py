"""Keep the institution's keys in encrypted files: the vault of a single machine."""

from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from services.signing.domain.certificate import Issuer, SigningKey


class FileVault:
    """Decrypt each key once; PBKDF2 costs more than all signatures of a minute."""

    def __init__(
        self, *, ca_key: bytes, seal_key: bytes, log_key: bytes, passphrase: bytes, trust: Path, public_url: str
    ) -> None:
        self._ca_key = ca_key
        self._seal_key = seal_key
        self._log_key = log_key
        self._passphrase = passphrase
        self._trust = trust
        self._information_url = f"{public_url}/pki/issuing.cer"

    def issuer(self) -> Issuer:
        """Return the authority of one-time certificates."""
        return self._issuer

    def seal(self) -> SigningKey:
        """Return the institution's seal."""
        return self._seal

    def log_key(self) -> Ed25519PrivateKey:
        """Return the key of the log."""
        return self._log

    @cached_property
    def _issuer(self) -> Issuer:
        certificate = self._certificate("issuing.pem")
        return Issuer(
            key=self._elliptic(self._ca_key),
            certificate=certificate,
            certificate_der=certificate.public_bytes(Encoding.DER),
            information_url=self._information_url,
        )

    @cached_property
    def _seal(self) -> SigningKey:
        certificate = self._certificate("seal.pem")
        return SigningKey(
            key=self._elliptic(self._seal_key),
            certificate=certificate,
            certificate_der=certificate.public_bytes(Encoding.DER),
            chain=(self._issuer.certificate_der,),
        )

    @cached_property
    def _log(self) -> Ed25519PrivateKey:
        key = load_pem_private_key(self._log_key, self._passphrase)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError("the log key is not Ed25519")
        return key

    def _elliptic(self, pem: bytes) -> EllipticCurvePrivateKey:
        key = load_pem_private_key(pem, self._passphrase)
        if not isinstance(key, EllipticCurvePrivateKey):
            raise TypeError("a signing key is not on an elliptic curve")
        return key

    def _certificate(self, name: str) -> x509.Certificate:
        return x509.load_pem_x509_certificate((self._trust / name).read_bytes())
