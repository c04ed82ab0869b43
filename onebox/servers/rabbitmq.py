"""Lay out a private RabbitMQ node in a folder: definitions, configuration, environment."""

import base64
import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from contracts.topology import (
    VIRTUAL_HOST,
    binding_definitions,
    exchange_definitions,
    permission_definitions,
    queue_definitions,
)
from onebox.servers.ports import LOOPBACK

# Debian's /usr/sbin wrapper changes user and refuses others; the program itself does not (bus.md §5).
PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"
CONFIGURATION = """
listeners.tcp.default = {host}:{port}
# Nobody but the users of the definitions; no guest.
loopback_users.guest = true
load_definitions = {definitions}
default_vhost = {vhost}
vm_memory_high_watermark.absolute = 512MB
disk_free_limit.absolute = 200MB
log.console = true
log.console.level = warning
log.connection.level = none
log.file = false
heartbeat = 10
collect_statistics_interval = 60000
queue_index_embed_msgs_below = 4096
"""


class RabbitMissingError(Exception):
    """No RabbitMQ was found on this machine."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The three doors of a node, all on loopback (decisions.md 34)."""

    amqp: int
    distribution: int
    epmd: int


@dataclass(frozen=True, slots=True)
class Rabbit:
    """One private node; ``passwords`` by bus user."""

    folder: Path
    ports: Ports
    passwords: Mapping[str, str]

    def lay_out(self) -> None:
        """Write configuration and definitions; a later start loads them again, which changes nothing that is there."""
        for name in ("mnesia", "log", "home"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        definitions = self.folder / "definitions.json"
        definitions.touch(mode=0o600)
        definitions.write_text(json.dumps(self.definitions()), encoding="utf-8")
        text = CONFIGURATION.format(host=LOOPBACK, port=self.ports.amqp, definitions=definitions, vhost=VIRTUAL_HOST)
        (self.folder / "rabbitmq.conf").write_text(text, encoding="utf-8")
        (self.folder / "enabled_plugins").write_text("[].\n", encoding="utf-8")
        (self.folder / "rabbitmq-env.conf").write_text("", encoding="utf-8")

    def definitions(self) -> dict[str, object]:
        """Return what the node knows from its first breath: users, rights, exchanges, waiting rooms."""
        users = tuple(self.passwords)
        return {
            "vhosts": [{"name": VIRTUAL_HOST}],
            "users": [
                {"name": user, "password_hash": _hash(secret), "tags": [],
                 "hashing_algorithm": "rabbit_password_hashing_sha256"}
                for user, secret in self.passwords.items()
            ],
            "permissions": permission_definitions(users),
            "exchanges": exchange_definitions(),
            "queues": queue_definitions(),
            "bindings": binding_definitions(),
        }  # fmt: skip

    def command(self) -> list[str]:
        """
        Return the server's command line.

        Raises:
            RabbitMissingError: the Debian package is not installed.

        """
        if PROGRAM.exists():
            return [str(PROGRAM)]
        found = shutil.which("rabbitmq-server")
        if found is None:
            raise RabbitMissingError("RabbitMQ is missing: install the Debian package `rabbitmq-server`")
        return [found]

    def environment(self) -> dict[str, str]:
        """Return the node's whole environment: nothing of the machine's own RabbitMQ leaks in, nothing listens out."""
        folder = self.folder
        return {
            "PATH": f"/usr/lib/rabbitmq/bin:{os.environ.get('PATH', '/usr/bin:/bin')}",
            "HOME": str(folder / "home"),
            "LANG": "C.UTF-8",
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
            "RABBITMQ_NODE_PORT": str(self.ports.amqp),
            "RABBITMQ_DIST_PORT": str(self.ports.distribution),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
            "RABBITMQ_PID_FILE": str(folder / "rabbitmq.pid"),
            # Two schedulers that sleep when idle: the rest of the system needs the cores.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none"
            ),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "ERL_EPMD_PORT": str(self.ports.epmd),
        }

    @property
    def node(self) -> str:
        """The Erlang name of the node: unique to its folder, so that two installations never meet."""
        return f"paillasse-{hashlib.sha256(str(self.folder).encode()).hexdigest()[:8]}@localhost"

    def stop_epmd(self) -> None:
        """End the port mapper the node left behind: it survives its node, and only ours runs on our port."""
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, ValueError):
                if process.joinpath("comm").read_text().strip() != "epmd":
                    continue
                if f"ERL_EPMD_PORT={self.ports.epmd}".encode() in process.joinpath("environ").read_bytes().split(b"\0"):
                    os.kill(int(process.name), signal.SIGTERM)


def _hash(secret: str) -> str:
    """Return RabbitMQ's password hash: base64(salt32 ‖ SHA-256(salt32 ‖ password)) (rabbitmq.com/passwords)."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + secret.encode()).digest()).decode()


def answers(port: int, *, timeout_seconds: float = 1.0) -> bool:
    """Return whether the node speaks AMQP: it answers the protocol header with Connection.Start."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=timeout_seconds) as connection:
            connection.settimeout(timeout_seconds)
            connection.sendall(PROTOCOL_HEADER)
            # The first frame is a method on channel 0: Connection.Start (AMQP 0-9-1 §4.2.2).
            return connection.recv(3) == b"\x01\x00\x00"
    except OSError:
        return False
