"""Read the settings every process has in common, from the environment and a folder of secret files."""

import os
from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

ENVIRONMENT_PREFIX = "PAILLASSE_"


def secrets_folder() -> Path | None:
    """Return the folder of this process's secret files, or none when it has none."""
    named = os.environ.get("PAILLASSE_SECRETS_DIR")
    return Path(named) if named and Path(named).is_dir() else None


class SettingsRefused(SystemExit):
    """A process does not start: one line a setting says its name, what is wrong and where to put it right."""


class _Settings(BaseSettings):
    """Read ``PAILLASSE_<prefix><field>`` from the environment, else the file ``<prefix><field>`` among the secrets."""

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, frozen=True, extra="ignore")
    file_prefix: ClassVar[str] = ""

    @classmethod
    def load(cls) -> Self:
        """Read and validate all fields; raise SettingsRefused naming all that are missing or wrong."""
        try:
            return cls()
        except ValidationError as wrong:
            lines = [cls._said_of(error) for error in wrong.errors(include_url=False)]
        except SettingsError as unread:
            lines = [f"{unread}: write it as JSON"]
        raise SettingsRefused("\n".join(["paillasse: cannot start with these settings.", *lines]))

    @classmethod
    def _said_of(cls, error: ErrorDetails) -> str:
        """Name the variable, what is wrong with it, and what was found; never what a secret holds."""
        if not error["loc"]:
            return f"  {error['msg'].removeprefix('Value error, ')}"
        field, *inside = (str(part) for part in error["loc"])
        variable = f"{cls.model_config['env_prefix']}{field}".upper()
        if error["type"] == "missing":
            file = f", or in the file {cls.file_prefix}{field} of PAILLASSE_SECRETS_DIR"
            return f"  {variable} is missing: set it in the environment{file if secrets_folder() else ''}"
        shown = isinstance(error["input"], str) and "Secret" not in str(cls.model_fields[field].annotation)
        found = f" (found {error['input']!r})" if shown else ""
        return f"  {'.'.join([variable, *inside])}: {error['msg']}{found}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- no dotenv files: one place for settings
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- replaced: our files carry no prefix
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Look at arguments, then the environment, then the secret files."""
        sources: tuple[PydanticBaseSettingsSource, ...] = (init_settings, env_settings)
        if folder := secrets_folder():
            sources += (SecretsSettingsSource(settings_cls, folder, env_prefix=cls.file_prefix),)
        return sources


class DatabaseSettings(_Settings):
    """Say where this process's own database is, and as whom it connects."""

    model_config = SettingsConfigDict(env_prefix="PAILLASSE_DATABASE_")
    file_prefix: ClassVar[str] = "database_"

    host: str
    port: int = 5432
    name: str
    user: str
    password: SecretStr


class BusSettings(_Settings):
    """Say where the broker is, and as whom this process connects."""

    model_config = SettingsConfigDict(env_prefix="PAILLASSE_BUS_")
    file_prefix: ClassVar[str] = "bus_"

    host: str
    port: int = 5672
    user: str
    vhost: str = "paillasse"
    password: SecretStr
    # Six seconds find a dead network in two beats; the default of 60 took 28 s (measured, ADR-0002).
    heartbeat_seconds: int = 8
    connect_timeout_seconds: float = 4.0


class IdentitySettings(_Settings):
    """Hold the name and the key this process signs its own actor tokens with, and the keys it trusts."""

    house: str
    # Ed25519 private key, PKCS#8 PEM without passphrase (RFC 5958).
    actor_key: SecretStr
    # Issuer -> raw Ed25519 public key, base64 (RFC 8032 §5.1.5).
    actor_issuers: dict[str, str]


class HealthSettings(_Settings):
    """Say where ``/livez``, ``/readyz`` and ``/metrics`` are answered, on loopback; 0 lets the system choose."""

    health_port: int = 0
    health_host: str = "127.0.0.1"


class RelaySettings(_Settings):
    """Hold where every outbox is, and the role that may empty it."""

    # JSON, house -> database; or the path of a file that holds it.
    relay_file: SecretStr


class LogSettings(_Settings):
    """Say who speaks in the logs, and how much."""

    house: str = "paillasse"
    log_level: str = "INFO"


class EdgeSettings(_Settings):
    """Bound the work of one process."""

    # Calls handled at once: beyond the ten database connections more only wait (bus.md §1b).
    max_workers: int = 12
    # Events handled at once, and fetched ahead: few, because all of them die with a poisonous neighbour.
    event_workers: int = 4
    # Seconds running work may take after SIGTERM; below any supervisor's own patience.
    grace_seconds: float = 20.0


class ProcessSettings(_Settings):
    """Hold what every house is told; a house subclasses it in its ``settings.py`` and adds its own fields."""

    house: str
    database: DatabaseSettings = Field(default_factory=DatabaseSettings.load)
    bus: BusSettings = Field(default_factory=BusSettings.load)
    identity: IdentitySettings = Field(default_factory=IdentitySettings.load)
    health_port: int = 0
    public_url: str = "http://localhost:8080"
    institution_time_zone: str = "Europe/Paris"
    demo: bool = False
    log_level: str = "INFO"
