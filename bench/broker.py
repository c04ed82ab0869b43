"""Run a private RabbitMQ node with the product's users and rights, and write the settings of who speaks on it."""

import base64
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from contracts.topology import EVENT_SOURCES, RELAY_USER, VIRTUAL_HOST
from onebox.servers import rabbitmq
from onebox.servers.ports import LOOPBACK, free_ports
from onebox.supervisor import Supervisor


@dataclass(frozen=True, slots=True)
class Speaker:
    """Where the broker is, and as whom one connects."""

    user: str
    password: str
    port: int

    @property
    def url(self) -> str:
        """The AMQP URL."""
        return f"amqp://{self.user}:{self.password}@{LOOPBACK}:{self.port}/{VIRTUAL_HOST}"


@dataclass(frozen=True, slots=True)
class Broker:
    """A running private node; ``pids`` are its programs."""

    folder: Path
    port: int
    passwords: dict[str, str]
    pids: set[int]

    def speaker(self, user: str) -> Speaker:
        """Return how one of the users connects."""
        return Speaker(user, self.passwords[user], self.port)

    def environment(self, user: str, *, key: Ed25519PrivateKey, health_port: int = 0) -> dict[str, str]:
        """Write the secrets of a process that speaks as ``user``, and return its settings; all trust ``key`` only."""
        folder = self.folder / f"secrets-{user}"
        folder.mkdir(exist_ok=True, mode=0o700)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
        for name, value in {
            "bus_password": self.passwords[user], "actor_key": pem, "actor_issuers": json.dumps({"gateway": public}),
        }.items():  # fmt: skip
            (folder / name).write_text(value)
        return {
            "PAILLASSE_HOUSE": user, "PAILLASSE_BUS_HOST": LOOPBACK, "PAILLASSE_BUS_PORT": str(self.port),
            "PAILLASSE_BUS_USER": user, "PAILLASSE_SECRETS_DIR": str(folder),
            "PAILLASSE_HEALTH_PORT": str(health_port),
        }  # fmt: skip


def node(folder: Path) -> rabbitmq.Node:
    """Describe a node with fresh ports and passwords."""
    amqp, distribution, epmd = free_ports(3)
    passwords = {user: secrets.token_hex(16) for user in (*EVENT_SOURCES, RELAY_USER)}
    return rabbitmq.Node(folder, amqp, distribution, epmd, passwords)


@asynccontextmanager
async def broker(folder: Path) -> AsyncIterator[Broker]:
    """Run a node until the end of the block."""
    described = node(folder / "rabbitmq")
    programs = described.programs()
    async with Supervisor(programs, folder=folder / "broker", sink=lambda _name, _line: None) as supervisor:
        await supervisor.ready()
        pids = {pid for program in programs if (pid := supervisor.pid_of(program.name))}
        yield Broker(folder, described.port, dict(described.passwords), pids)
