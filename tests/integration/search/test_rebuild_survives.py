"""Search dies while it fills its index anew: the old one serves on, and another process ends the walk."""

import json
import secrets
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from services.search.domain.page import IndexedPage
from services.search.ports import RebuildProgress
from services.search.use_cases.index_entry import IndexEntries
from services.search.use_cases.rebuild import Rebuild
from services.search.use_cases.verify import Verify
from tests.builders.libraries import READER, Library
from tests.builders.pages import held
from tests.fakes.search import FakeEntries
from tests.integration.search.dying import MOMENTS, OUTSIDE, PAGES, entries, library_of

PROJECT = Path(__file__).parents[3]


def walk_to_the_end(library: Library, known: FakeEntries) -> RebuildProgress:
    """Walk as the house does after its start."""
    walk = Rebuild(library.open_unit, known, library.index, pages_a_second=1000, pause=lambda _seconds: None)
    while walk():
        pass
    return walk.progress()


def die(plan: dict[str, object], folder: Path) -> None:
    """Begin to fill the index anew in another process, until it kills itself."""
    file = folder / "plan.json"
    file.write_text(json.dumps(plan))
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.search.dying", file], cwd=PROJECT, check=False, timeout=60,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == -9, done.stdout + done.stderr


def change(page: IndexedPage, known: FakeEntries, library: Library) -> None:
    """Change a page while the walk stands still."""
    known.pages[page.entry] = replace(page, change_number=2, title="Neuf")
    IndexEntries(library.open_unit, known)({page.entry: 2})


@pytest.mark.fault
@pytest.mark.parametrize(
    ("engine", "moment"),
    [("postgresql", moment) for moment in MOMENTS] + [("opensearch", moment) for moment in MOMENTS | OUTSIDE],
)
def test_a_walk_killed_at_any_moment_is_ended_by_another(
    engine: str, moment: str, request: pytest.FixtureRequest, house_database, tmp_path: Path
) -> None:
    """Nothing is missing while it lies dead, what changes meanwhile is found, and in the end the index is exact."""
    url = request.getfixturevalue("opensearch_server") if engine == "opensearch" else ""
    name = f"test-{secrets.token_hex(4)}"
    plan = {"engine": engine, "database": house_database("search"), "url": url, "name": name, "moment": moment}
    known = entries()
    with library_of(plan) as library:
        library.let(READER, held())
        first = walk_to_the_end(library, known)
        die(plan, tmp_path)

        assert PAGES == library.find().total
        change(known.pages[min(known.pages)], known, library)
        assert library.titles("neuf") == ["Neuf"]

        ended = walk_to_the_end(library, known)
        library.refresh()
        assert (first.serving, ended.serving, ended.building) == (1, 2, None)
        assert Verify(library.open_unit, known, library.index)().clean
        assert PAGES == library.find().total
        assert library.titles("neuf") == ["Neuf"]
        if engine == "opensearch":
            assert [f"{name}-2"] == list(library.index.client.indices.get(index=f"{name}-*"))
            library.index.client.indices.delete(index=f"{name}-*")
