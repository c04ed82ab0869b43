"""Say what signing is told when it starts."""

from pathlib import Path

from pydantic import Field, SecretBytes

from chassis.settings import ProcessSettings

_REPOSITORY = Path(__file__).resolve().parents[2]


class SigningSettings(ProcessSettings):
    """Settings of signing and of its job process."""

    # Private keys, PKCS#8 PEM encrypted under the passphrase (RFC 5958).
    ca_key: SecretBytes
    seal_key: SecretBytes
    log_key: SecretBytes
    key_passphrase: SecretBytes
    # root.pem issuing.pem seal.pem tsa.pem crl_root.pem crl_issuing.pem crl_tsa.pem log.vkey
    trust_dir: Path
    # Time-stamp authorities in order, separated by commas.
    timestamp_urls: str
    # Policies of time-stamps we accept: ETSI EN 319 421 best practices, and the demonstration's.
    timestamp_policies: str = "0.4.0.2023.1.1,2.25.14431180924995401934383345354000645517.4.1"
    # Where the public files of the log are written (c2sp.org/tlog-tiles).
    log_dir: Path
    log_origin: str
    # The head of the log is dated when it grew and this time is over; around every seal in any case.
    checkpoint_stamp_interval_seconds: float = 600.0
    # VERIFY.*.txt and verify.sh, copied into every evidence file.
    verify_texts_dir: Path = _REPOSITORY / "verifier" / "standalone"
    # An authority that takes longer counts as out (evidence.md §3: 5 s).
    timestamp_timeout_seconds: float = 5.0
    entries_timeout_seconds: float = 5.0
    # Freezing renders the page and stores it.
    freeze_timeout_seconds: float = 15.0
    storage_timeout_seconds: float = 30.0
    # How often unfinished work is looked for, and the log's files brought up to date.
    keeping_interval_seconds: float = Field(default=1.0, gt=0)
