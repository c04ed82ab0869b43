"""
Make the secrets of one machine at first start: a folder for each process, readable by it alone (decisions.md 26).

A process gets only what it needs: its own passwords and key, everybody's public keys.
"""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from contracts.topology import EVENT_SOURCES, RELAY_USER

HOUSES = EVENT_SOURCES
# Processes beside the houses that have a folder of their own.
OTHERS = (RELAY_USER, "authority", "door", "postgresql", "pki", "migrate")
COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Secrets:
    """The folders of secrets of one installation."""

    folder: Path

    def of(self, process: str) -> Path:
        """Return a process's own folder."""
        return self.folder / process

    def read(self, process: str, name: str) -> str:
        """Return one secret."""
        return (self.of(process) / name).read_text(encoding="utf-8").strip()

    def create(self) -> None:
        """Create what is missing; once complete nothing is ever made anew."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (self.folder / COMPLETE).exists():
            return
        for process in (*HOUSES, *OTHERS):
            self.of(process).mkdir(mode=0o700, exist_ok=True)
        self._passwords()
        self._actor_keys()
        self._once("storage", "url_key")
        self._once("storage", "s3_secret_key")
        # The door shares the store with storage, and holds no key to speak with.
        for name in ("url_key", "database_password", "s3_secret_key"):
            self._put("door", name, self.read("storage", name))
        self._once("gateway", "setup_token")
        self._once("gateway", "authenticator_key")
        self._once("pki", "key_passphrase")
        for process in ("signing", "authority"):
            self._put(process, "key_passphrase", self.read("pki", "key_passphrase"))
        (self.folder / COMPLETE).touch(mode=0o600)

    def _passwords(self) -> None:
        self._once("postgresql", "superuser_password")
        self._once(RELAY_USER, "bus_password")
        for house in HOUSES:
            self._once(house, "database_password")
            self._once(house, "bus_password")
            self._once(RELAY_USER, f"{house}_database_password")

    def _actor_keys(self) -> None:
        issuers: dict[str, str] = {}
        for house in HOUSES:
            key = Ed25519PrivateKey.generate()
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
            self._put(house, "actor_key", pem)
            issuers[house] = base64.b64encode(key.public_key().public_bytes_raw()).decode()
        for house in HOUSES:
            self._put(house, "actor_issuers", json.dumps(issuers))

    def put_all(self, process: str, values: Mapping[str, str]) -> None:
        """Write values a process is told at each start: places of databases, copies of keys."""
        for name, value in values.items():
            self._put(process, name, value)

    def _once(self, process: str, name: str) -> None:
        if not (self.of(process) / name).exists():
            self._put(process, name, secrets.token_hex(32))

    def _put(self, process: str, name: str, value: str) -> None:
        path = self.of(process) / name
        path.touch(mode=0o600)
        path.write_text(value, encoding="utf-8")
        path.chmod(0o600)
