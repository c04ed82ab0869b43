"""Give tests a real PostgreSQL, RabbitMQ, S3 and OpenSearch: private processes, or containers when asked for."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from onebox.servers.minio import PROGRAM_VARIABLE, MinioMissing
from onebox.servers.opensearch import HOME_VARIABLE, OpensearchMissing
from onebox.servers.postgresql import PostgresqlMissing
from onebox.servers.rabbitmq import RabbitmqMissing
from tests.servers import containers, processes
from tests.servers.running import PostgresServer, RabbitServer, S3Server

PROJECT = Path(__file__).parents[2]
IN_CONTAINERS = os.environ.get("PAILLASSE_TEST_SERVERS") == "containers"
HouseDatabase = Callable[[str], dict[str, Any]]


def _or_skip(missing: PostgresqlMissing | RabbitmqMissing) -> None:
    # Whoever prepares the servers says so, and then a missing one is a failure (servers.md).
    if os.environ.get("PAILLASSE_TEST_SERVERS_REQUIRED"):
        raise missing
    pytest.skip(f"{missing} (or: ./paillasse test)")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Run one PostgreSQL for the session."""
    try:
        with containers.postgres_container() if IN_CONTAINERS else processes.postgres_process() as server:
            yield server
    except PostgresqlMissing as missing:
        _or_skip(missing)


@pytest.fixture(scope="session")
def rabbitmq_server() -> Iterator[RabbitServer]:
    """Run one RabbitMQ with the product's users, rights and exchanges for the session."""
    try:
        with containers.rabbitmq_container() if IN_CONTAINERS else processes.rabbitmq_process() as server:
            yield server
    except RabbitmqMissing as missing:
        _or_skip(missing)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """
    Give the bucket that was named, else run one MinIO for the session.

    It takes ten minutes to build, so that a machine without one skips; where it was named it must be there.
    """
    if url := os.environ.get("PAILLASSE_TEST_S3_URL"):
        place, _, bucket = url.rstrip("/").rpartition("/")
        keys = (os.environ["PAILLASSE_S3_ACCESS_KEY"], os.environ["PAILLASSE_S3_SECRET_KEY"])
        yield S3Server(place, bucket, *keys, os.environ.get("PAILLASSE_S3_REGION", "us-east-1"))
        return
    try:
        with containers.minio_container() if IN_CONTAINERS else processes.minio_process() as server:
            yield server
    except MinioMissing as missing:
        if os.environ.get(PROGRAM_VARIABLE):
            raise
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def opensearch_server() -> Iterator[str]:
    """Run one OpenSearch for the session, and return its address; it takes half a minute to start."""
    try:
        with containers.opensearch_container() if IN_CONTAINERS else processes.opensearch_process() as server:
            yield server
    except OpensearchMissing as missing:
        # Nothing installs it by itself: who has it names it, and then it must be there.
        if os.environ.get(HOME_VARIABLE):
            raise
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def migrated_template(postgres_server: PostgresServer) -> Callable[[str], str]:
    """Migrate each house once a session; every fresh database is a copy of it."""
    templates: dict[str, str] = {}

    def template(house: str) -> str:
        if house not in templates:
            database = postgres_server.create_database(house)
            migrate({house: database})
            templates[house] = database["name"]
        return templates[house]

    return template


@pytest.fixture
def house_database(postgres_server: PostgresServer, migrated_template: Callable[[str], str]) -> Iterator[HouseDatabase]:
    """Make fresh databases, migrated for a house; they are dropped after the test."""
    made: list[str] = []

    def fresh(house: str) -> dict[str, Any]:
        database = postgres_server.create_database(house, template=migrated_template(house))
        made.append(database["name"])
        return database

    yield fresh
    for name in made:
        postgres_server.drop_database(name)


def migrate(databases: dict[str, dict[str, Any]]) -> None:
    """Run the product's migrations, as its own program, on the named houses' databases."""
    with processes.scratch_folder("migrate") as folder:
        plan = folder / "databases.json"
        plan.touch(mode=0o600)
        plan.write_text(json.dumps(databases))
        done = subprocess.run(
            [sys.executable, "-m", "chassis.migrate", *databases], cwd=PROJECT, check=False, capture_output=True,
            text=True, timeout=120, env={**os.environ, "PAILLASSE_MIGRATE_FILE": str(plan)},
        )  # fmt: skip
    assert done.returncode == 0, f"migration failed: {done.stdout[-2000:]}{done.stderr[-4000:]}"
