"""Fixtures: a private PostgreSQL, a private RabbitMQ, and a fresh migrated database of any house."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest

from contracts.topology import EVENT_SOURCES, RELAY_USER
from onebox.servers import postgresql, rabbitmq
from tests.servers import processes
from tests.servers.processes import PostgresServer, RabbitServer

USERS = (*EVENT_SOURCES, RELAY_USER)
MIGRATE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class HouseDatabase:
    """A fresh database of one house, migrated, owned by a role of its own."""

    house: str
    host: str
    port: int
    name: str
    user: str
    password: str

    @property
    def environment(self) -> dict[str, str]:
        """What a process of the house is told about it; the password goes into the secrets folder."""
        return {
            "PAILLASSE_DATABASE_HOST": self.host,
            "PAILLASSE_DATABASE_PORT": str(self.port),
            "PAILLASSE_DATABASE_NAME": self.name,
            "PAILLASSE_DATABASE_USER": self.user,
        }

    @property
    def url(self) -> str:
        """The SQLAlchemy URL for psycopg2."""
        return f"postgresql+psycopg2://{self.user}:{self.password}@{self.host}:{self.port}/{self.name}"


def missing(server: str, remedy: str) -> None:
    """Skip naming the server and the command that gives it; in CI its absence is a failure."""
    message = f"{server} is missing: {remedy}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A private PostgreSQL for the whole run."""
    if os.environ.get("PAILLASSE_TEST_SERVERS") == "containers":
        from tests.servers import containers

        yield from containers.postgres(tmp_path_factory.mktemp("postgres"))
        return
    try:
        postgresql.binaries()
    except postgresql.PostgresMissingError:
        missing("PostgreSQL", "apt-get install postgresql")
    server = processes.start_postgres(tmp_path_factory.mktemp("servers") / "postgresql")
    yield server
    assert server.process is not None
    server.process.stop()


@pytest.fixture(scope="session")
def rabbitmq_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitServer]:
    """A private RabbitMQ for the whole run, with the users and rights of a real installation."""
    if os.environ.get("PAILLASSE_TEST_SERVERS") == "containers":
        from tests.servers import containers

        yield from containers.rabbitmq_node(USERS)
        return
    if not rabbitmq.PROGRAM.exists() and shutil.which("rabbitmq-server") is None:
        missing("RabbitMQ", "apt-get install rabbitmq-server")
    server = processes.start_rabbitmq(tmp_path_factory.mktemp("servers") / "rabbitmq", users=USERS)
    yield server
    processes.stop_rabbitmq(server)


@pytest.fixture
def house_database(postgres_server: PostgresServer) -> Iterator[Callable[[str], HouseDatabase]]:
    """Return a maker of fresh, migrated databases; each is dropped at the end of the test."""
    made: list[str] = []

    def make(house: str) -> HouseDatabase:
        name = f"{house}_{uuid4().hex[:12]}"
        # The relay's role must exist before the migration that grants its one right.
        for role in (name, f"{name}_relay"):
            postgres_server.sql(f"CREATE ROLE {role} LOGIN PASSWORD 'test'")
        postgres_server.sql(f"CREATE DATABASE {name} OWNER {name} TEMPLATE template0")
        made.append(name)
        database = HouseDatabase(house, postgres_server.host, postgres_server.port, name, name, "test")
        migrate(database)
        return database

    yield make
    for name in made:
        postgres_server.sql(f"DROP DATABASE {name} WITH (FORCE)")
        for role in (name, f"{name}_relay"):
            postgres_server.sql(f"DROP ROLE {role}")


def migrate(*databases: HouseDatabase) -> None:
    """Run the migrations as an installation does: in a process of its own."""
    places = {
        each.house: {"host": each.host, "port": each.port, "name": each.name, "user": each.user,
                     "password": each.password}
        for each in databases
    }  # fmt: skip
    read, write = os.pipe()
    os.write(write, json.dumps(places).encode())
    os.close(write)
    try:
        subprocess.run(
            [sys.executable, "-m", "chassis.migrate", *places], check=True, timeout=MIGRATE_SECONDS,
            env=os.environ | {"PAILLASSE_MIGRATE_FILE": f"/dev/fd/{read}"}, pass_fds=(read,), capture_output=True,
        )  # fmt: skip
    except subprocess.CalledProcessError as error:
        pytest.fail(error.stderr.decode())
    finally:
        os.close(read)
