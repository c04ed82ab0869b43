"""Describe a private RabbitMQ node: its files, its definitions, its two programs (epmd and the node)."""

import base64
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from contracts import topology
from onebox.probes import TcpProbe
from onebox.programs import Program

# Not Debian's /usr/sbin wrapper: that one changes the user and refuses (bus.md §5).
SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
AMQP_HEADER = b"AMQP\x00\x00\x09\x01"
# A method frame answers a good protocol header (AMQP 0-9-1 §4.2.2).
METHOD_FRAME = b"\x01"


class RabbitmqMissing(RuntimeError):
    """No RabbitMQ on this machine."""

    remedy = "apt-get install rabbitmq-server"

    def __init__(self) -> None:
        super().__init__(f"RabbitMQ was not found; {self.remedy}")


def find_server() -> Path:
    """
    Return the server's start script.

    Raises:
        RabbitmqMissing: it is not installed.

    """
    if not SERVER.exists() or find_epmd() is None:
        raise RabbitmqMissing
    return SERVER


def find_epmd() -> str | None:
    """Return Erlang's port mapper."""
    return shutil.which("epmd", path="/usr/bin:/usr/local/bin:/usr/lib/erlang/bin") or next(
        (str(path) for path in sorted(Path("/usr/lib/erlang").glob("erts-*/bin/epmd"))), None
    )


def password_hash(user: str, password: str) -> str:
    """
    Hash as RabbitMQ stores it: base64(salt ‖ SHA-256(salt ‖ password)) (rabbitmq.com/docs/passwords).

    The salt is derived, not random: the passwords are 256 random bits, and definitions that do not change are not
    imported again at each start.
    """
    salt = hashlib.sha256(f"{user}:{password}".encode()).digest()[:4]
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def definitions(passwords: Mapping[str, str]) -> str:
    """Write virtual host, users, rights, exchanges and waiting rooms as RabbitMQ loads them."""
    users = [
        {"name": user, "password_hash": password_hash(user, password), "tags": [], "limits": {},
         "hashing_algorithm": "rabbit_password_hashing_sha256"}
        for user, password in sorted(passwords.items())
    ]  # fmt: skip
    return json.dumps(
        {
            "vhosts": [{"name": topology.VIRTUAL_HOST}],
            "users": users,
            "permissions": topology.permission_definitions(tuple(sorted(passwords))),
            "exchanges": topology.exchange_definitions(),
            "queues": topology.queue_definitions(),
            "bindings": topology.binding_definitions(),
        },
        indent=1,
    )


@dataclass(frozen=True, slots=True)
class Node:
    """A private node: its folder, loopback ports, and who may connect."""

    folder: Path
    port: int
    distribution_port: int
    epmd_port: int
    passwords: Mapping[str, str]

    async def write_files(self) -> None:
        """Write configuration and definitions; the node reads them at each start."""
        for name in ("home", "mnesia", "log"):
            (self.folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        (self.folder / "enabled_plugins").write_text("[].\n")
        (self.folder / "environment").write_text("")
        _write_private(self.folder / "definitions.json", definitions(self.passwords))
        (self.folder / "rabbitmq.conf").write_text(self._configuration())

    def _configuration(self) -> str:
        return "\n".join(
            (
                f"listeners.tcp.1 = 127.0.0.1:{self.port}",
                "definitions.import_backend = local_filesystem",
                f"definitions.local.path = {self.folder / 'definitions.json'}",
                "definitions.skip_if_unchanged = true",
                "log.console = true",
                "log.console.level = warning",
                "log.file = false",
                "log.connection.level = none",
                "collect_statistics_interval = 60000",
                # Sizes for one machine: the default write-ahead log keeps up to 512 MB in memory.
                "raft.wal_max_size_bytes = 33554432",
                "disk_free_limit.absolute = 100MB",
                "vm_memory_high_watermark.absolute = 512MB",
                "",
            )
        )

    def _environment(self) -> dict[str, str]:
        # Without the address and the interface, epmd and the distribution listen on 0.0.0.0 (decisions.md 34).
        return {
            "PATH": os.defpath + ":/usr/sbin:/sbin",
            "HOME": str(self.folder / "home"),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self.epmd_port),
            "RABBITMQ_NODENAME": f"paillasse{self.port}@localhost",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "environment"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            # Two schedulers and no busy waiting: it shares the machine with everything else.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}"
            ),
        }

    def programs(self) -> tuple[Program, Program]:
        """
        Describe epmd and the node.

        epmd is our own child in the foreground: started by Erlang it would become a daemon that outlives us.
        """
        epmd = find_epmd()
        if epmd is None:
            raise RabbitmqMissing
        environment = self._environment()
        return (
            Program(
                name="epmd",
                argv=(epmd, "-address", "127.0.0.1", "-port", str(self.epmd_port)),
                env=environment,
                ready=TcpProbe(port=self.epmd_port),
                grace_seconds=2,
                shows_log=False,
            ),
            Program(
                name="rabbitmq",
                argv=(str(find_server()),),
                env=environment,
                before=self.write_files,
                depends_on=("epmd",),
                ready=TcpProbe(port=self.port, send=AMQP_HEADER, expect=METHOD_FRAME),
                ready_seconds=120,
                grace_seconds=20,
                shows_log=False,
            ),
        )


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
