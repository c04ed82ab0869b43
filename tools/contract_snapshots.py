"""
Write and compare JSON-schema snapshots of every call and event (decisions.md 33).

Additive change passes: a new message, a new optional field, a new enum value of a reply. Anything else is breaking: a
removed or renamed message or field, a changed type, a new required field. ``--accept`` writes the snapshots anew; until
version 0.1 a breaking change is accepted that way, with a line in CHANGELOG.md.
"""

import argparse
import importlib
import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contracts.envelope import Call, Envelope, Event, Message

HOUSES = ("entries", "signing", "storage", "search", "notify", "gateway")
FOLDER = Path(__file__).parents[1] / "tests" / "contract" / "snapshots"


def messages(house: str) -> dict[str, type[Message]]:
    """Return the calls and events of a house by name."""
    found: dict[str, type[Message]] = {}
    for part in ("calls", "events"):
        try:
            module = importlib.import_module(f"contracts.{house}.{part}")
        except ModuleNotFoundError:
            continue
        found |= {
            name: value
            for name, value in inspect.getmembers(module, inspect.isclass)
            if issubclass(value, Call | Event) and value not in {Call, Event}
        }
    return found


def schema_of(message: type[Message]) -> dict[str, Any]:
    """Return what a message promises: its schema, where it goes, and the schema of its reply."""
    described: dict[str, Any] = {"schema": message.model_json_schema(mode="validation")}
    if issubclass(message, Call):
        described["service"], described["method"] = message.service, message.method
        described["reply"] = message.reply.model_json_schema(mode="serialization")
    elif issubclass(message, Event):
        described["source"], described["type"] = message.source, message.type
    return described


def snapshot(house: str) -> dict[str, Any]:
    """Return all a house promises today, in a stable order."""
    promised = {name: schema_of(message) for name, message in sorted(messages(house).items())}
    if house == "gateway":
        promised["Envelope"] = {"schema": Envelope.model_json_schema()}
    return promised


def breaks(old: Any, new: Any, *, place: str) -> Iterator[str]:
    """Yield each way in which ``new`` breaks a promise of ``old``."""
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _object_breaks(old, new, place=place)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _list_breaks(old, new, place=place)
    elif old != new:
        yield f"{place}: {old!r} became {new!r}"


def _object_breaks(old: dict[str, Any], new: dict[str, Any], *, place: str) -> Iterator[str]:
    for key, value in old.items():
        if key in {"description", "title"}:
            continue
        if key not in new:
            yield f"{place}.{key}: removed"
        else:
            yield from breaks(value, new[key], place=f"{place}.{key}")
    for key in set(new.get("required", [])) - set(old.get("required", [])):
        if ".reply" not in place and "properties" in old:
            yield f"{place}.{key}: newly required"


def _list_breaks(old: list[Any], new: list[Any], *, place: str) -> Iterator[str]:
    if place.endswith(".required") and ".reply" not in place:
        return
    for value in old:
        if value not in new and not any(not list(breaks(value, each, place=place)) for each in new):
            yield f"{place}: {json.dumps(value)[:80]} removed or changed"


def main() -> int:
    """Compare with the snapshots, or write them with ``--accept``; exit 1 on a break."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accept", action="store_true", help="write the snapshots anew")
    accept = parser.parse_args().accept
    broken: list[str] = []
    for house in HOUSES:
        path, promised = FOLDER / f"{house}.json", snapshot(house)
        if accept:
            FOLDER.mkdir(exist_ok=True)
            path.write_text(json.dumps(promised, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
        else:
            broken += breaks(json.loads(path.read_text(encoding="utf-8")), promised, place=house)
    for complaint in broken:
        print(complaint)
    print(f"contracts: {len(broken)} breaking changes" + (", accepted" if accept else ""))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
