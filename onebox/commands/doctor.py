"""``paillasse doctor``: name what is missing on this machine, and the remedy."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from onebox.commands import Data, Json
from onebox.installation import DEFAULT_FOLDER
from onebox.servers import postgresql, rabbitmq

# A demonstration takes about 200 MB; below this PostgreSQL and RabbitMQ begin to refuse work.
LEAST_FREE_BYTES = 1_000_000_000
TOOLS = {"openssl": "apt-get install openssl", "unzip": "apt-get install unzip", "xxd": "apt-get install xxd"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; ``remedy`` is empty when all is well."""

    what: str
    found: str
    remedy: str = ""


def doctor(*, data: Data = DEFAULT_FOLDER, as_json: Json = False) -> None:
    """Look at this machine; exit 1 when something is missing."""
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
    place = next(folder for folder in (data.resolve(), *data.resolve().parents) if folder.exists())
    free = shutil.disk_usage(place).free
    enough = free >= LEAST_FREE_BYTES
    yield Finding("disk", f"{free // 1_000_000} MB free", "" if enough else f"free 1 GB on the disk of {place}")


def _server(name: str, find: Callable[[], Path], remedy: str) -> Finding:
    try:
        return Finding(name, str(find()))
    except (postgresql.PostgresqlMissing, rabbitmq.RabbitmqMissing):
        return Finding(name, "", remedy)
