"""``paillasse doctor``: name what is missing on this machine, and the remedy."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from onebox.commands import Data, Json
from onebox.commands.handing_on import run
from onebox.installation import DEFAULT_FOLDER, known, settle
from onebox.secrets import Secrets
from onebox.servers import minio, opensearch, postgresql, rabbitmq
from onebox.supervisor import holder
from onebox.system import System

# A demonstration takes about 200 MB; below this PostgreSQL and RabbitMQ begin to refuse work.
LEAST_FREE_BYTES = 1_000_000_000
ACCOUNT = ("PAILLASSE_S3_ACCESS_KEY", "PAILLASSE_S3_SECRET_KEY")
REMEDIES = {
    "missing": "restore it from a backup",
    "other_size": "restore it from a backup",
    "replaced": "look who wrote there; the bytes that were adopted are still read where the store keeps versions",
    "unknown": "left by a death between two commits, or put there by hand; delete it only after a backup",
}
STORE_HELP = f"http(s)://HOST[:PORT]/BUCKET: run the store's contract suite there (set {' and '.join(ACCOUNT)})."
TOOLS = {"openssl": "apt-get install openssl", "unzip": "apt-get install unzip", "xxd": "apt-get install xxd"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; ``remedy`` is empty when all is well."""

    what: str
    found: str
    remedy: str = ""


def doctor(
    *,
    deep: Annotated[bool, typer.Option("--deep", help="Compare rows and files of the installation in --data.")] = False,
    store: Annotated[str | None, typer.Option("--store", help=STORE_HELP)] = None,
    data: Data = DEFAULT_FOLDER,
    as_json: Json = False,
) -> None:
    """Look at this machine, at an installation's files, or at a bucket; exit 1 when something is missing."""
    if deep:
        raise typer.Exit(_compare(data, as_json=as_json))
    if store is not None:
        raise typer.Exit(_suite_against(store))
    findings = list(_findings(data))
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            print(
                f"{finding.what:>12}  {finding.found or 'missing'}" + (f"  -> {finding.remedy}" * bool(finding.remedy))
            )
    raise typer.Exit(1 if any(finding.remedy for finding in findings) else 0)


def _findings(data: Path) -> Iterator[Finding]:
    yield Finding("Python", sys.version.split()[0])
    yield _server("PostgreSQL", postgresql.find_programs, postgresql.PostgresqlMissing.remedy)
    yield _server("RabbitMQ", rabbitmq.find_server, rabbitmq.RabbitmqMissing.remedy)
    for tool, remedy in TOOLS.items():
        found = shutil.which(tool) or ""
        yield Finding(tool, found, "" if found else remedy)
    yield _optional("MinIO", minio.find_program, "only for --store s3: " + minio.MinioMissing.remedy)
    remedy = "only for --search opensearch: " + opensearch.OpensearchMissing.remedy
    yield _optional("OpenSearch", lambda: opensearch.find_server().home, remedy)
    place = next(folder for folder in (data.resolve(), *data.resolve().parents) if folder.exists())
    free = shutil.disk_usage(place).free
    enough = free >= LEAST_FREE_BYTES
    yield Finding("disk", f"{free // 1_000_000} MB free", "" if enough else f"free 1 GB on the disk of {place}")


def _compare(data: Path, *, as_json: bool) -> int:
    """Compare what the database of storage says with what its store has; both must be running."""
    character = known(data)
    if character is None or holder(data) is None:
        print(f"nothing runs in {data}: start it first, the database is asked")
        return 1
    program = System(settle(data, character), Secrets(data.resolve() / "secrets")).comparison()
    done = subprocess.run(
        program.argv, cwd=program.cwd, env={**os.environ, **program.env}, stdout=subprocess.PIPE, check=False
    )
    found = json.loads(done.stdout or "{}")
    if as_json or not found:
        print(json.dumps(found))
    else:
        for difference in found["differences"]:
            print(f"{difference['kind']:>12}  {difference['what']}  -> {REMEDIES[difference['kind']]}")
        print("rows and files agree" if found["clean"] else "rows and files differ")
    return done.returncode


def _suite_against(url: str) -> int:
    """Run what every store must pass against one bucket; the account comes by environment, for arguments are public."""
    missing = [name for name in ACCOUNT if not os.environ.get(name)]
    if missing or not url.startswith(("http://", "https://")) or url.count("/") < 3:
        raise typer.BadParameter(f"give http(s)://HOST[:PORT]/BUCKET, and set {' and '.join(ACCOUNT)}")
    if find_spec("pytest") is None:
        print("the suite needs the tests' environment -> ./paillasse test --collect-only")
        return 1
    named = {"PAILLASSE_TEST_S3_URL": url}
    code = run(sys.executable, "-m", "pytest", "-q", "--no-header", "-k", "s3", "tests/contract/storage", extra=named)
    verdict = "can keep our files" if code == 0 else "must not keep our files: it failed what is named above"
    print(f"{url} {verdict}")
    return 1 if code else 0


def _server(name: str, find: Callable[[], Path], remedy: str) -> Finding:
    try:
        return Finding(name, str(find()))
    except (postgresql.PostgresqlMissing, rabbitmq.RabbitmqMissing):
        return Finding(name, "", remedy)


def _optional(name: str, find: Callable[[], Path], remedy: str) -> Finding:
    """Look for what only one option needs: how to get it is said, its absence is no fault."""
    try:
        return Finding(name, str(find()))
    except (minio.MinioMissing, opensearch.OpensearchMissing):
        return Finding(name, f"not here; {remedy}")
