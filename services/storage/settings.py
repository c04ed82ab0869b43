"""Configure the house of storage and its door."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from chassis.settings import DatabaseSettings, HealthSettings, ProcessSettings


class StoreSettings(HealthSettings):
    """Say where the bytes lie, and how the two processes that touch them agree on URLs."""

    # Where bytes are kept: a folder of this machine, or an S3 with versioning and Object Lock (ADR-0012).
    store: Literal["directory", "s3"] = "directory"
    # The folder of the directory store; one file system, so that a rename is enough.
    store_dir: Path
    # Where S3 answers us, and clients where that is another address.
    s3_url: str = ""
    s3_public_url: str = ""
    s3_region: str = "us-east-1"
    s3_bucket: str = ""
    # Of every key; one bucket may hold other things too.
    s3_prefix: str = ""
    s3_access_key: SecretStr = SecretStr("")
    s3_secret_key: SecretStr = SecretStr("")
    # Governance lets whoever holds a special right of the bucket open a lock; compliance nobody, not even the provider.
    s3_lock_mode: Literal["GOVERNANCE", "COMPLIANCE"] = "GOVERNANCE"
    # Where clients reach the door, without a slash at the end.
    door_url: str
    # 32 random bytes in hexadecimal: signs URLs (RFC 2104). The door and the house hold the same.
    url_key: SecretStr = Field(min_length=64, max_length=64)
    # Five minutes: long enough to begin, too short to be passed around.
    url_lifetime_seconds: int = 300
    # A day: a broken upload over a poor line goes on the next morning.
    upload_lifetime_hours: int = 24
    # Never fill the disk to the last byte: the database may lie on it too.
    reserve_bytes: int = 64 * 1024 * 1024

    @model_validator(mode="after")
    def _s3_is_named(self) -> Self:
        """Refuse to start half-told, naming what is missing."""
        needed = ("s3_url", "s3_bucket", "s3_access_key", "s3_secret_key")
        missing = [name for name in needed if not str(getattr(self, name))]
        if self.store == "s3" and missing:
            raise ValueError(f"store s3 needs {', '.join(f'PAILLASSE_{name.upper()}' for name in missing)}")
        return self

    @property
    def key(self) -> bytes:
        """The key as bytes."""
        return bytes.fromhex(self.url_key.get_secret_value())


class StorageSettings(ProcessSettings):
    """Add the store to what every house is told."""

    store_room: StoreSettings = Field(default_factory=StoreSettings.load)
    # What a hold reaches: one indexed read.
    entries_timeout_seconds: float = 2.0


class JobSettings(HealthSettings):
    """Bound what reading inside one file may cost; each file has a child process of its own."""

    database: DatabaseSettings = Field(default_factory=DatabaseSettings.load)
    store_room: StoreSettings = Field(default_factory=StoreSettings.load)
    # Address space: Python and PDFium take 300 MiB of it before the file is looked at.
    read_memory_bytes: int = 768 * 1024 * 1024
    read_cpu_seconds: int = 40
    read_wall_seconds: float = 120.0
    # Larger files are kept and served, but nobody looks inside.
    read_largest_bytes: int = 512 * 1024 * 1024


class ComparisonSettings(HealthSettings):
    """Say where rows and bytes are, and no more: comparing them serves nobody."""

    database: DatabaseSettings = Field(default_factory=DatabaseSettings.load)
    store_room: StoreSettings = Field(default_factory=StoreSettings.load)


class DoorSettings(HealthSettings):
    """Configure the door: it has no bus and signs no actor tokens, so it holds no such key."""

    database: DatabaseSettings = Field(default_factory=DatabaseSettings.load)
    store_room: StoreSettings = Field(default_factory=StoreSettings.load)
    door_port: int
    # Loopback on one machine; a container listens on every address of its own network.
    door_host: str = "127.0.0.1"
    # Origin of the web app: the only one whose pages may read answers (Fetch standard, CORS).
    public_url: str = "http://localhost:8080"
    # A client that sends nothing for so long has gone; its part can be sent again.
    idle_seconds: float = 60.0
    # Seconds between two clearings of unfinished uploads.
    sweep_interval_seconds: float = 600.0
    # Stored bytes are hashed again and again, so slowly that nobody notices: 20 TB in a month.
    scrub_bytes_per_second: int = 8 * 1024 * 1024
    # And none again before so long: small stores would be read without end.
    scrub_rest_hours: float = 24.0
    # How long what a revision names cannot be deleted; renewed at half of it, for as long as we run.
    retention_days: int = 3650
    # Seconds between looks at what is to be locked or checked, when there was nothing.
    care_idle_seconds: float = 5.0
    log_level: str = "INFO"
