"""Run one benchmark: ``python -m bench NAME [--json] [--seconds N]``; exit 1 when a ratio is under its floor."""

import argparse
import asyncio
import importlib
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.result import Result

# Name on the command line -> module; `import` is no name for a module.
BENCHES = {
    "bus": "bench.bus",
    "append": "bench.append",
    "read": "bench.read",
    "sync": "bench.sync",
    "outbox": "bench.outbox",
    "import": "bench.imports",
    "sign": "bench.sign",
    "upload": "bench.upload",
    "download": "bench.download",
    "idle": "bench.idle",
    "web": "bench.web",
}
# Set-up included: a bench that would take longer says so instead of an answer.
LIMIT_SECONDS = 240.0

Measure = Callable[[Path, float], Coroutine[Any, Any, Result]]


async def measure(name: str, folder: Path, *, seconds: float | None) -> Result:
    """Run a bench in a folder of its own; raise TimeoutError when it does not end in time."""
    module = importlib.import_module(BENCHES[name])
    run: Measure = module.measure
    async with asyncio.timeout(LIMIT_SECONDS):
        return await run(folder, module.SECONDS if seconds is None else seconds)


def main(arguments: list[str]) -> int:
    """Run the bench named on the command line and print what it found."""
    parser = argparse.ArgumentParser(prog="paillasse bench", description=__doc__)
    parser.add_argument("name", choices=sorted(BENCHES))
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--seconds", type=float, help="seconds of one run of one side")
    asked = parser.parse_args(arguments)
    with TemporaryDirectory(prefix=f"paillasse-bench-{asked.name}-", ignore_cleanup_errors=True) as folder:
        # PostgreSQL's own account must be able to pass.
        Path(folder).chmod(0o711)
        result = asyncio.run(measure(asked.name, Path(folder), seconds=asked.seconds))
    print(result.as_json() if asked.json else result.as_text(), flush=True)
    return 1 if result.missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
