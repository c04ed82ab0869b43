"""
The operations of search, as a program beside the house: `python -m services.search.jobs rebuild|verify`.

Its settings are the house's own. A rebuild is only asked for here: the house does it, and goes on with it whatever
becomes of this program. Exit code 0 done or clean, 1 not, 2 usage or an engine that is away.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict

from contracts.errors import PaillasseError
from services.search.ports import RebuildProgress
from services.search.use_cases.verify import Comparison
from services.search.wiring import House, assemble

LOOK_SECONDS = 0.5


def main(arguments: list[str]) -> int:
    """Run one operation."""
    parser = argparse.ArgumentParser(prog="search", description=__doc__)
    parser.add_argument("operation", choices=("rebuild", "verify"))
    parser.add_argument("--json", action="store_true", help="say the outcome as JSON")
    parser.add_argument("--no-wait", action="store_true", help="with rebuild: ask for it and end")
    asked = parser.parse_args(arguments)
    house = assemble()
    try:
        if asked.operation == "rebuild":
            return _rebuild(house, wait=not asked.no_wait, as_json=asked.json)
        return _verify(house, as_json=asked.json)
    except PaillasseError as error:
        print(f"search: {error.code} {error.detail}", file=sys.stderr)  # noqa: T201 -- a command speaks
        return 2
    finally:
        house.bus.close()
        house.engine.dispose()


def _rebuild(house: House, *, wait: bool, as_json: bool) -> int:
    progress = house.rebuild.start_over()
    said = -1
    while wait and not progress.done:
        if progress.walked != said and not as_json:
            print(f"generation {progress.building}: {progress.walked} pages", file=sys.stderr)  # noqa: T201
        said = progress.walked
        time.sleep(LOOK_SECONDS)
        progress = house.rebuild.progress()
    _say(asdict(progress), _told(progress), as_json=as_json)
    return 0


def _told(progress: RebuildProgress) -> str:
    if progress.done:
        return f"generation {progress.serving} serves: {progress.walked} pages"
    return f"generation {progress.building} is being filled"


def _verify(house: House, *, as_json: bool) -> int:
    found = house.verify()
    _say({**asdict(found), "clean": found.clean}, _compared(found), as_json=as_json)
    return 0 if found.clean else 1


def _compared(found: Comparison) -> str:
    lines = [f"{found.compared} pages compared: {'clean' if found.clean else 'NOT CLEAN'}"]
    for name in ("missing", "stale", "surplus"):
        lines += [f"  {name}  {entry}" for entry in getattr(found, name)]
    lines += [f"  refused  {one.entry}  {one.reason}" for one in found.refused]
    return "\n".join(lines)


def _say(outcome: dict[str, object], text: str, *, as_json: bool) -> None:
    print(json.dumps(outcome) if as_json else text)  # noqa: T201 -- a command speaks


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
