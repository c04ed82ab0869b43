"""Promise that strangers' tools accept the certificates, and that revocation lists never run out."""

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from onebox import pki

PASSPHRASE = b"a passphrase of the tests"
NAMES = pki.Names(
    institution="Institut national de démonstration des sciences de la vie et de la matière",
    pki_url="http://localhost:8080/pki", origin="demonstration.paillasse.invalid/test", demo=True,
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One installation's trust folder and keys."""
    trust, keys = tmp_path_factory.mktemp("trust"), tmp_path_factory.mktemp("keys")
    pki.create(NAMES, trust=trust, keys=keys, passphrase=PASSPHRASE)
    return trust, keys


def openssl(*arguments: str) -> str:
    """Run openssl and return what it says."""
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def certificate(trust: Path, name: str) -> x509.Certificate:
    """Read a certificate."""
    return x509.load_pem_x509_certificate((trust / f"{name}.pem").read_bytes())


@pytest.mark.parametrize(
    ("anchor", "between", "leaf", "purpose"),
    [("root", "issuing", "seal", "any"), ("tsa", None, "tsu", "timestampsign")],
)
def test_openssl_verifies_chain_and_revocation(
    made: tuple[Path, Path], anchor: str, between: str | None, leaf: str, purpose: str
) -> None:
    """A reader has openssl and the trust folder, nothing of ours."""
    trust, _ = made
    middle = ("-untrusted", str(trust / f"{between}.pem")) if between else ()

    said = openssl(
        "verify", "-x509_strict", "-crl_check_all", "-purpose", purpose, "-CAfile", str(trust / f"{anchor}.pem"),
        "-CRLfile", str(trust / "crls.pem"), *middle, str(trust / f"{leaf}.pem"),
    )  # fmt: skip

    assert said.strip().endswith(": OK"), said


def test_the_seal_outlives_its_act_and_can_be_revoked(made: tuple[Path, Path]) -> None:
    """Rule 7 of the profile: a distribution point, no noRevAvail, and a list younger than the certificate."""
    trust, _ = made
    seal = certificate(trust, "seal")

    assert seal.extensions.get_extension_for_class(x509.CRLDistributionPoints)
    assert "2.5.29.56" not in {extension.oid.dotted_string for extension in seal.extensions}
    issued = x509.load_pem_x509_crl((trust / "crl_issuing.pem").read_bytes())
    assert issued.last_update_utc >= seal.not_valid_before_utc


def test_every_demo_certificate_says_so(made: tuple[Path, Path]) -> None:
    """A demonstration must never pass for evidence, not even when the institution's name is too long."""
    trust, _ = made
    for name in ("root", "issuing", "seal", "tsa", "tsu"):
        assert "DEMO, not evidence" in certificate(trust, name).subject.rfc4514_string().replace("\\", "")


def test_private_keys_are_useless_without_the_passphrase(made: tuple[Path, Path]) -> None:
    """A copied backup must not be able to seal."""
    _, keys = made
    for path in keys.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        with pytest.raises(TypeError):
            load_pem_private_key(path.read_bytes(), None)


def test_revocation_lists_are_renewed_at_half_of_their_life(made: tuple[Path, Path], tmp_path: Path) -> None:
    """A list that has ended makes every new signature unverifiable."""
    shared, keys = made
    trust = tmp_path / "trust"
    shutil.copytree(shared, trust)
    now = datetime.now(UTC)

    assert not pki.renew_lists(trust=trust, keys=keys, passphrase=PASSPHRASE, now=now + timedelta(days=14))
    assert pki.renew_lists(trust=trust, keys=keys, passphrase=PASSPHRASE, now=now + timedelta(days=16))
    renewed = x509.load_pem_x509_crl((trust / "crl_root.pem").read_bytes())
    assert renewed.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 2
    assert (trust / "crls.pem").read_bytes().count(b"BEGIN X509 CRL") == 3


def test_the_verification_key_belongs_to_the_log_key(made: tuple[Path, Path]) -> None:
    """Readers check checkpoints with this line alone."""
    trust, keys = made
    key = load_pem_private_key((keys / "log.pem").read_bytes(), PASSPHRASE)

    assert (trust / "log.vkey").read_text() == pki.verification_key(NAMES.origin, key.public_key()) + "\n"
