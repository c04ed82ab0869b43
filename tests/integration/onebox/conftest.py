"""Programs that stand for real ones: small shells that leave marks in a folder."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from onebox.programs import Program


@dataclass(frozen=True)
class FileProbe:
    """Ready when a file is there."""

    path: Path

    async def answers(self) -> bool:
        """Look."""
        return self.path.exists()


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    """The folder in which programs leave marks."""
    folder = tmp_path / "marks"
    folder.mkdir()
    return folder


@pytest.fixture
def shell(marks: Path) -> Callable[..., Program]:
    """Make a program of a shell script that runs in the folder of marks; it is ready when ``<name>.ready`` is there."""

    def program(name: str, script: str, **more: Any) -> Program:
        return Program(
            name=name, argv=("/bin/sh", "-c", script), cwd=str(marks),
            **{"ready": FileProbe(marks / f"{name}.ready"), "ready_seconds": 10.0, "grace_seconds": 3.0, **more},
        )  # fmt: skip

    return program


@pytest.fixture
def python() -> str:
    """The interpreter of the tests."""
    return sys.executable
