"""Give signing a real database, a real authority process, and pages to sign."""

import datetime as dt
import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from chassis.database import open_engine
from chassis.settings import DatabaseSettings
from services.signing.adapters.evidence_file import ZipEvidence
from services.signing.adapters.folders import FileLog
from services.signing.adapters.machine import SystemClock, SystemRandomness
from services.signing.adapters.timestamps import HttpAuthorities
from services.signing.store.unit_of_work import SqlUnitOfWork
from services.signing.wiring import Acts, Machines, join
from tests.builders.signing import ORIGIN, PASSPHRASE, Institution, found_institution, page
from tests.fakes.signing import FakeEntries, FakeStorage

POLICY = "2.25.14431180924995401934383345354000645517.4.1"
PROJECT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def institution(tmp_path_factory) -> Institution:
    """One institution a session."""
    return found_institution(tmp_path_factory.mktemp("institution"))


@pytest.fixture(scope="session")
def authority_url(institution, tmp_path_factory):
    """Run the demonstration authority as the process it is."""
    secrets = tmp_path_factory.mktemp("authority")
    (secrets / "tsu_key").write_bytes((institution.keys / "tsu.pem").read_bytes())
    (secrets / "key_passphrase").write_bytes(PASSPHRASE)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "PAILLASSE_AUTHORITY_PORT": str(port),
        "PAILLASSE_TRUST_DIR": str(institution.trust),
        "PAILLASSE_SECRETS_DIR": str(secrets),
    }
    process = subprocess.Popen([sys.executable, "-m", "onebox.authority"], cwd=PROJECT, env=environment)
    _wait_for(port)
    yield f"http://127.0.0.1:{port}/"
    process.terminate()
    process.wait(timeout=10)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, "the authority did not start"
        else:
            return


@dataclass
class World:
    """All machines of signing, most of them real."""

    machines: Machines
    engine: Engine
    entries: FakeEntries
    storage: FakeStorage
    clock: SystemClock
    database: dict

    def acts(self, **changes) -> Acts:
        """Join a fresh process's worth of use cases."""
        return join(replace(self.machines, **changes))


@pytest.fixture
def world(house_database, institution, authority_url, tmp_path):
    """One fresh database and log."""
    database = house_database("signing")
    made = make_world(database, institution=institution, authority_url=authority_url, folder=tmp_path)
    yield made
    made.engine.dispose()


def make_world(database: dict, *, institution: Institution, authority_url: str, folder: Path) -> World:
    """Build a world over a database that is there."""
    fields = {**database, "password": SecretStr(database["password"])}
    engine = open_engine(DatabaseSettings(**fields), application_name="signing-test")
    pages = [page(number) for number in range(1, 31)]
    entries, storage, clock = FakeEntries(*pages), FakeStorage(*pages), SystemClock()
    machines = Machines(
        open=partial(SqlUnitOfWork, engine, clock=clock, work_waits=lambda: None),
        entries=entries,
        storage=storage,
        vault=institution.vault(),
        authorities=HttpAuthorities(
            urls=(authority_url,), trust=institution.trust, policies=frozenset({POLICY}), clock=clock
        ),
        trust=institution.texts(),
        folder=FileLog(folder / "log"),
        writer=ZipEvidence(),
        clock=clock,
        random=SystemRandomness(),
        log_origin=ORIGIN,
        stamp_interval=dt.timedelta(seconds=2),
    )
    return World(machines, engine, entries, storage, clock, json.loads(json.dumps(database)))
