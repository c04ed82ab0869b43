"""
Run one benchmark: ``python -m bench NAME [--json] [--seconds N]``; exit 1 when a ratio is under its floor.

``search`` also takes ``--size PAGES`` and ``--keep FOLDER``: filled once, however long it takes, and found again.
"""

import argparse
import asyncio
import importlib
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
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
    "index": "bench.index",
    "search": "bench.search",
    "import": "bench.imports",
    "sign": "bench.sign",
    "upload": "bench.upload",
    "download": "bench.download",
    "idle": "bench.idle",
    "web": "bench.web",
}
# Set-up included: a bench that would take longer says so instead of an answer.
LIMIT_SECONDS = 240.0

# Benches of a size that can be chosen.
SIZED = frozenset({"search"})

Measure = Callable[..., Coroutine[Any, Any, Result]]


async def measure(
    name: str, folder: Path, *, seconds: float | None, size: int | None = None, kept: bool = False
) -> Result:
    """Run a bench in a folder of its own; raise TimeoutError when it does not end in time."""
    module = importlib.import_module(BENCHES[name])
    run: Measure = module.measure
    sized = {} if size is None else {"size": size}
    async with asyncio.timeout(None if kept else LIMIT_SECONDS):
        return await run(folder, module.SECONDS if seconds is None else seconds, **sized)


@contextmanager
def _folder(name: str, keep: Path | None) -> Iterator[Path]:
    """Make the folder of a run; one that is kept is there afterwards, and maybe before."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.resolve()
        return
    with TemporaryDirectory(prefix=f"paillasse-bench-{name}-", ignore_cleanup_errors=True) as made:
        yield Path(made)


def main(arguments: list[str]) -> int:
    """Run the bench named on the command line and print what it found."""
    parser = argparse.ArgumentParser(prog="paillasse bench", description=__doc__)
    parser.add_argument("name", choices=sorted(BENCHES))
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--seconds", type=float, help="seconds of one run of one side")
    parser.add_argument("--size", type=int, help="with search: pages in the index")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="with search: fill once, and find it again")
    asked = parser.parse_args(arguments)
    if (asked.size or asked.keep) and asked.name not in SIZED:
        parser.error(f"--size and --keep belong to {', '.join(sorted(SIZED))}")
    with _folder(asked.name, asked.keep) as folder:
        # PostgreSQL's own account must be able to pass.
        folder.chmod(0o711)
        run = measure(asked.name, folder, seconds=asked.seconds, size=asked.size, kept=asked.keep is not None)
        result = asyncio.run(run)
    print(result.as_json() if asked.json else result.as_text(), flush=True)
    return 1 if result.missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
