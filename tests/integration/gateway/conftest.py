"""Start one gateway process on a fresh database and the run's RabbitMQ."""

import asyncio
import base64
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from contracts.identifiers import PersonId
from gateway.identity.passwords import secret_pair
from gateway.store.accounts import Accounts
from onebox.servers.ports import free_ports
from tests.servers.processes import wait_until
from tests.servers.running import PostgresServer, RabbitServer, forget_calls

ROOT = Path(__file__).parents[3]
FILES_ORIGIN = "http://127.0.0.1:9999"
SETUP_TOKEN = "test-setup"


@dataclass(frozen=True)
class Running:
    """A gateway process, and its database as the test sees it."""

    base_url: str
    health_url: str
    database: dict
    trust: Path
    temporary: Path

    def client(self, **headers: str) -> httpx.Client:
        """Return a client; headers are sent with every request."""
        return httpx.Client(base_url=self.base_url, headers={"Accept-Language": "en", **headers}, timeout=20)

    def engine(self) -> AsyncEngine:
        """Return a way into the gateway's database."""
        place = self.database
        return create_async_engine(
            URL.create("postgresql+asyncpg", place["user"], place["password"], place["host"], place["port"],
                       place["name"])
        )  # fmt: skip

    def invite(self, person: str, login: str) -> str:
        """Leave an invitation in the database and return its secret."""
        secret, digest = secret_pair()

        async def insert() -> None:
            engine = self.engine()
            until = datetime.now(UTC) + timedelta(days=1)
            await Accounts(engine).invite(PersonId(person), login=login, secret_sha256=digest, until=until)
            await engine.dispose()

        asyncio.run(insert())
        return secret


def _secrets(folder: Path, *, database: dict, bus_password: str) -> None:
    key = Ed25519PrivateKey.generate()
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    files = {
        "database_password": database["password"], "bus_password": bus_password, "actor_key": pem,
        "actor_issuers": f'{{"gateway": "{public}"}}', "setup_token": SETUP_TOKEN,
        "authenticator_key": "5e" * 32,
    }  # fmt: skip
    for name, value in files.items():
        (folder / name).write_text(value)


@pytest.fixture(scope="module")
def gateway(
    postgres_server: PostgresServer,
    migrated_template: Callable[[str], str],
    rabbitmq_server: RabbitServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Running]:
    """Run a gateway whose houses are all absent."""
    database = postgres_server.create_database("gateway", template=migrated_template("gateway"))
    tmp_path = tmp_path_factory.mktemp("gateway")
    forget_calls(rabbitmq_server)
    trust, temporary = tmp_path / "trust", tmp_path / "tmp"
    trust.mkdir()
    temporary.mkdir()
    port, health = free_ports(2)
    _secrets(tmp_path, database=database, bus_password=rabbitmq_server.users["gateway"])
    environment = os.environ | {
        "PAILLASSE_HOUSE": "gateway", "PAILLASSE_SECRETS_DIR": str(tmp_path),
        "PAILLASSE_DATABASE_HOST": database["host"], "PAILLASSE_DATABASE_PORT": str(database["port"]),
        "PAILLASSE_DATABASE_NAME": database["name"], "PAILLASSE_DATABASE_USER": database["user"],
        "PAILLASSE_BUS_HOST": rabbitmq_server.host, "PAILLASSE_BUS_PORT": str(rabbitmq_server.port),
        "PAILLASSE_BUS_USER": "gateway", "PAILLASSE_BUS_VHOST": rabbitmq_server.vhost,
        "PAILLASSE_HTTP_PORT": str(port), "PAILLASSE_HEALTH_PORT": str(health), "PAILLASSE_DEMO": "1",
        "PAILLASSE_PUBLIC_URL": f"http://localhost:{port}", "PAILLASSE_BODY_LIMIT_BYTES": "100000",
        "PAILLASSE_FILES_ORIGIN": FILES_ORIGIN,
        "PAILLASSE_EVIDENCE_LIMIT_BYTES": "2000000", "PAILLASSE_TRUST_DIR": str(trust), "TMPDIR": str(temporary),
    }  # fmt: skip
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
    )
    running = Running(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{health}", database, trust, temporary)
    try:
        wait_until(lambda: _ready(running, process), what="gateway")
        yield running
    finally:
        process.terminate()
        ended = process.wait(30)
        log.close()
        postgres_server.drop_database(database["name"])
        assert ended == 0


def _ready(running: Running, process: subprocess.Popen) -> bool:
    assert process.poll() is None, "the gateway ended at its start"
    try:
        return httpx.get(f"{running.health_url}/readyz", timeout=2).status_code == 200
    except httpx.TransportError:
        return False
