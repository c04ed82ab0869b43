"""Give every test a way to plan an archive."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.identifiers import Sha256
from services.entries.adapters.eln.reader import ElnReader
from services.entries.domain.imports import ImportPlan


@pytest.fixture
def plan(tmp_path: Path) -> Callable[[Path], ImportPlan]:
    """Return a function that plans an archive."""

    def read(path: Path) -> ImportPlan:
        with ElnReader(path, work_folder=tmp_path) as reader:
            return reader.plan(Sha256("0" * 64), progress=lambda *_: None)

    return read
