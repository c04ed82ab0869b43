"""Run the servers search keeps its pages on, and open the house's own store on them."""

import asyncio
import json
import os
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from opensearchpy import OpenSearch
from sqlalchemy import Engine

from bench.children import ROOT
from chassis.database import open_engine
from chassis.settings import DatabaseSettings
from onebox.servers import opensearch, postgresql
from onebox.servers.databases import DatabasePasswords, make_databases
from onebox.servers.ports import LOOPBACK, free_ports
from onebox.supervisor import Supervisor
from services.search.ports import UnitOfWork
from services.search.store.opensearch.client import open_client
from services.search.store.opensearch.documents import Documents
from services.search.store.opensearch.index import OpenSearchIndex
from services.search.store.opensearch.shelf import OpenSearchShelf
from services.search.store.postgresql.index import PostgresIndex
from services.search.store.postgresql.shelf import PostgresShelf
from services.search.store.postgresql.stems import Stemmer
from services.search.store.unit_of_work import PostgresUnitOfWork

TIME_ZONE = "Europe/Paris"
ALIAS = "bench-pages"
_HOUSE = "search"
# As the house's own default (services/search/settings.py).
REFRESH = "250ms"
_HEAP = "1g"
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Library:
    """One engine: how it is fed, how it is asked."""

    open_unit: Callable[[], UnitOfWork]
    index: PostgresIndex | OpenSearchIndex


@dataclass(frozen=True, slots=True)
class Engines:
    """Both engines over one database of the house; ``client`` reaches OpenSearch as anybody would."""

    database: DatabaseSettings
    engine: Engine
    url: str
    client: OpenSearch
    pids: set[int]
    # The bench itself: the house's code runs in it.
    ours: int

    def postgresql(self) -> Library:
        """Open the store that keeps pages in PostgreSQL."""
        stemmer = Stemmer()
        open_unit = partial(PostgresUnitOfWork, self.engine, partial(PostgresShelf, stemmer=stemmer))
        return Library(open_unit, PostgresIndex(self.engine, stemmer, TIME_ZONE))

    def opensearch(self) -> Library:
        """Open the store that keeps pages in OpenSearch; its first generation is there."""
        shelf = partial(OpenSearchShelf, client=self.client, name=ALIAS, documents=Documents(TIME_ZONE))
        index = OpenSearchIndex(self.client, self.engine, ALIAS, time_zone=TIME_ZONE, refresh_interval=REFRESH)
        index.begin(1)
        return Library(partial(PostgresUnitOfWork, self.engine, shelf), index)


@asynccontextmanager
async def engines(folder: Path) -> AsyncIterator[Engines]:
    """Run PostgreSQL and OpenSearch in ``folder``; what an earlier run left there is found again."""
    passwords = _passwords(folder / "passwords.json")
    ports = free_ports(2)
    cluster = postgresql.Cluster(postgresql.cluster_folder(folder), ports[0], passwords["superuser"])
    node = opensearch.Node(folder / "opensearch", ports[1], heap=_HEAP)
    programs = [cluster.program(), node.program()]
    async with Supervisor(programs, folder=folder / "servers", sink=lambda _name, _line: None) as supervisor:
        await supervisor.ready()
        await _migrate(folder, cluster, passwords)
        database = DatabaseSettings.model_validate(_place(cluster, passwords))
        engine = open_engine(database, application_name="bench")
        url = f"http://{LOOPBACK}:{node.port}"
        client = open_client(url, timeout_seconds=_PATIENCE_SECONDS)
        try:
            pids = {pid for program in programs if (pid := supervisor.pid_of(program.name))}
            yield Engines(database, engine, url, client, pids, os.getpid())
        finally:
            client.close()
            engine.dispose()


def _passwords(file: Path) -> dict[str, str]:
    """Return the passwords of a kept folder, made at its first use."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(json.dumps({name: secrets.token_hex(16) for name in ("superuser", _HOUSE, "relay")}))
    found: dict[str, str] = json.loads(file.read_text())
    return found


def _place(cluster: postgresql.Cluster, passwords: dict[str, str]) -> dict[str, str | int]:
    return {
        "host": LOOPBACK, "port": cluster.port, "name": _HOUSE, "user": _HOUSE, "password": passwords[_HOUSE],
    }  # fmt: skip


async def _migrate(folder: Path, cluster: postgresql.Cluster, passwords: dict[str, str]) -> None:
    """Make the house's database as an installation does."""
    houses = {_HOUSE: DatabasePasswords(passwords[_HOUSE], passwords["relay"])}
    await make_databases(
        port=cluster.port, superuser=postgresql.SUPERUSER, password=passwords["superuser"], houses=houses
    )
    plan = folder / "databases.json"
    plan.touch(mode=0o600)
    plan.write_text(json.dumps({_HOUSE: _place(cluster, passwords)}))
    await asyncio.to_thread(
        subprocess.run, [sys.executable, "-m", "chassis.migrate", _HOUSE], cwd=ROOT, check=True, timeout=60,
        env={**os.environ, "PAILLASSE_MIGRATE_FILE": str(plan)}, capture_output=True,
    )  # fmt: skip
