"""``paillasse check``: everything that reads the code without running it."""

import shutil
import sys
import time
from pathlib import Path

import typer

from onebox.commands.handing_on import run

_BIN = Path(sys.executable).parent
CHECKS: dict[str, tuple[str, ...]] = {
    "lints": (str(_BIN / "ruff"), "check"),
    "format": (str(_BIN / "ruff"), "format", "--check"),
    "types": (str(_BIN / "mypy"),),
    "imports": (str(_BIN / "lint-imports"),),
    "sizes": (sys.executable, "-m", "tools.check_sizes"),
    "contracts": (sys.executable, "-m", "tools.contract_snapshots"),
    "web": (sys.executable, "-m", "tools.check_web"),
    "docstrings": (str(_BIN / "interrogate"), "-q", "tests"),
}


def check() -> None:
    """Run lints, types, import rules, sizes and contract snapshots; all of them, then say which failed."""
    failed = []
    for name, command in CHECKS.items():
        if shutil.which(command[0]) is None:
            print(f"{name}: {command[0]} is missing -> ./paillasse test installs it")
            failed.append(name)
            continue
        began = time.monotonic()
        code = run(*command)
        print(f"{name}: {'ok' if code == 0 else 'FAILED'} ({time.monotonic() - began:.1f} s)", flush=True)
        failed += [name] * (code != 0)
    if failed:
        print(f"failed: {', '.join(failed)}")
    raise typer.Exit(1 if failed else 0)
