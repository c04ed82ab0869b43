"""``paillasse status``: what runs in a data folder."""

import asyncio
import json
from pathlib import Path
from typing import Any

import typer

from onebox import proc
from onebox.commands import Data, Json
from onebox.installation import DEFAULT_FOLDER, known
from onebox.probes import http_probe
from onebox.supervisor import holder


def status(*, data: Data = DEFAULT_FOLDER, as_json: Json = False) -> None:
    """Say which programs run and answer; exit 1 when one does not, or nothing runs."""
    pid, character = holder(data), known(data)
    programs = asyncio.run(_programs(data)) if pid else []
    fine = bool(programs) and all(program["ready"] for program in programs)
    if as_json:
        kind = character.kind if character else None
        print(json.dumps({"supervisor": pid, "kind": kind, "ready": fine, "programs": programs}))
    elif pid is None:
        print(f"nothing runs in {data}")
    else:
        for program in programs:
            print(f"{program['name']:>12}  {'ready' if program['ready'] else 'NOT READY':9}  pid {program['pid']}")
    raise typer.Exit(0 if fine else 1)


async def _programs(data: Path) -> list[dict[str, Any]]:
    ports = json.loads((data / "ports.json").read_text())
    return [await _program(path, ports) for path in sorted((data / "run").glob("*.json"))]


async def _program(record: Path, ports: dict[str, int]) -> dict[str, Any]:
    known_as = json.loads(record.read_text())
    seen = proc.look(known_as["pid"])
    alive = seen is not None and seen.started == known_as["started"]
    health = ports.get(f"health_{record.stem}")
    return {
        "name": record.stem,
        "pid": known_as["pid"],
        "ready": alive and (health is None or await http_probe(health).answers()),
    }
