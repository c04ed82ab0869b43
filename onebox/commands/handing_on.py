"""Hand a command over to another program of the project."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Never

from onebox.system import PROJECT


def become(module: str, arguments: Sequence[str]) -> Never:
    """Replace this process by ``python -m module``; signals and the exit code are then its own."""
    # The caller's folder stays: file names on the command line are relative to it.
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    os.execve(sys.executable, [sys.executable, "-P", "-m", module, *arguments], environment)  # noqa: S606 -- no shell


def run(*command: str, extra: Mapping[str, str] | None = None) -> int:
    """Run a program in the project's folder, and return its exit code."""
    return subprocess.run(command, cwd=PROJECT, env={**os.environ, **(extra or {})}, check=False).returncode
