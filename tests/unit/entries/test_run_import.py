"""An import ends the same however often it is killed on the way, and a refusal leaves nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.errors import Conflict, Forbidden, Unavailable
from contracts.identifiers import EntryId, ImportId, NotebookId, PersonId, UploadId
from services.entries.adapters.eln.reader import ElnReader
from services.entries.domain.imports import Import
from services.entries.use_cases.run_import import SAVE_EVERY_FILES, RunImport
from tests.builders import eln
from tests.fakes.imports import FakeStorage, FakeUnit, ImportsState, Killed, write_pages

SAMPLE = Path(__file__).parents[3] / "onebox" / "demo" / "sample.eln"


class World:
    """One notebook, one storage, and a process that may be killed before its nth act."""

    def __init__(self, archive: bytes) -> None:
        self.storage = FakeStorage(archives={UploadId("a"): archive}, before=self._act)
        self.state = ImportsState()
        self.acts = 0
        self.dies_at: int | None = None
        self.before: Callable[[str], None] = lambda _step: None
        self.run = RunImport(
            units=lambda _caller: FakeUnit(self.state, self._act),  # type: ignore[arg-type,return-value]
            readings=lambda: FakeUnit(self.state, self._act),  # type: ignore[arg-type,return-value]
            read_archive=ElnReader,
            files=self.storage,
            write_import=write_pages,
        )

    def _act(self, step: str) -> None:
        self.before(step)
        self.acts += 1
        if self.acts == self.dies_at:
            raise Killed

    def queue(self, name: str = "i1") -> ImportId:
        """Add a queued import of the archive."""
        row = Import(ImportId(name), NotebookId("n"), PersonId("p"), UploadId("a"), datetime(2026, 1, 1, tzinfo=UTC))
        self.state.rows[row.id] = row
        return row.id


def test_an_import_writes_all_pages_and_keeps_all_their_bytes() -> None:
    """Every file a page names is permanent, and nothing else is stored."""
    world = World(SAMPLE.read_bytes())

    row = world.run(world.queue())

    named = {file.upload for page in world.state.pages for file in page.files}
    assert row.state == "done"
    assert row.entries.done == row.entries.total == len(world.state.pages) == 12
    assert named == set(world.storage.kept)
    assert world.storage.tentative == {}


def test_killed_at_any_moment_and_run_again_it_ends_the_same() -> None:
    """Kill -9 before each act in turn: no page doubled or lost, no byte left behind."""
    calm = World(SAMPLE.read_bytes())
    expected = calm.run(calm.queue())

    for moment in range(1, calm.acts + 1):
        world = World(SAMPLE.read_bytes())
        name = world.queue()
        world.dies_at = moment
        with pytest.raises(Killed):
            world.run(name)
        row = world.run(name)

        assert (row.state, row.made, row.report) == (expected.state, expected.made, expected.report)
        assert len(world.state.pages) == len(calm.state.pages)
        assert sorted(world.storage.kept.values()) == sorted(calm.storage.kept.values())
        assert world.storage.tentative == {}


def test_a_second_import_of_the_same_archive_changes_nothing_and_says_so() -> None:
    """By the digest of the archive, not by its name."""
    world = World(SAMPLE.read_bytes())
    first = world.run(world.queue())
    before = dict(world.storage.kept)

    second = world.run(world.queue("i2"))

    assert second.repeated
    assert second.state == "done"
    assert second.made == first.made
    assert [line.code for line in second.report] == ["already_imported"]
    assert len(world.state.pages) == 12
    assert world.storage.kept == before


def test_a_refused_archive_leaves_nothing_behind(tmp_path: Path) -> None:
    """A wrong sum: no page, no bytes, not even the archive's own upload; the file is named."""
    wrong = eln.file_entity("./p/file.txt", sha256="0" * 64)
    metadata = eln.graph(eln.dataset("./p/", hasPart=eln.refs("./p/file.txt")), wrong)
    world = World(eln.archive(tmp_path / "a.eln", metadata, {"p/file.txt": b"x"}).read_bytes())

    row = world.run(world.queue())

    assert row.state == "refused"
    assert [(line.level, line.place, line.code) for line in row.report] == [
        ("refused", "export/p/file.txt", "checksum_wrong")
    ]
    assert (world.state.pages, world.storage.archives, world.storage.tentative, world.storage.kept) == ([], {}, {}, {})


def test_a_right_lost_on_the_way_refuses_the_import() -> None:
    """Rights are decided again when the pages are written."""
    world = World(SAMPLE.read_bytes())

    def forbidden(*_: object, **__: object) -> tuple[()]:
        raise Forbidden(action="create_entry")

    run = RunImport(world.run.units, world.run.readings, ElnReader, world.storage, forbidden)  # type: ignore[arg-type]
    row = run(world.queue())

    assert row.state == "refused"
    assert row.report[-1].code == "forbidden"
    assert world.storage.tentative == {}


def test_an_import_given_up_is_refused_and_cleaned() -> None:
    """After the last attempt it must not seem to go on for ever."""
    world = World(SAMPLE.read_bytes())
    name = world.queue()

    world.run.refuse(name, code="unavailable")

    assert world.state.rows[name].state == "refused"
    assert world.storage.archives == {}


def test_a_run_that_only_seemed_dead_writes_nothing() -> None:
    """Its lease ended, another run took over and dropped its bytes: pages must not name them."""
    world = World(SAMPLE.read_bytes())
    name = world.queue()
    stored = 0

    def overtaken(step: str) -> None:
        nonlocal stored
        stored += step == "store"
        if stored == 5 and step == "store":
            world.storage.before = lambda _step: None
            assert world.run(name).state == "done"

    world.storage.before = overtaken

    with pytest.raises(Unavailable):
        world.run(name)

    assert len(world.state.pages) == 12
    assert world.run(name).state == "done"
    assert {file.upload for page in world.state.pages for file in page.files} == set(world.storage.kept)


def test_a_large_import_says_how_far_it_is(tmp_path: Path) -> None:
    """People wait minutes for one: its row moves while the files go to storage."""
    names = [f"./p/{number}.txt" for number in range(SAVE_EVERY_FILES + 1)]
    metadata = eln.graph(eln.dataset("./p/", hasPart=eln.refs(*names)), *(eln.file_entity(name) for name in names))
    files = {name.removeprefix("./"): name.encode() for name in names}
    world = World(eln.archive(tmp_path / "a.eln", metadata, files).read_bytes())
    name, seen = world.queue(), []

    def look(step: str) -> None:
        if step == "committed":
            seen.append((world.state.rows[name].state, world.state.rows[name].files.done))

    world.before = look
    row = world.run(name)

    assert ("done", row.files.total) == (row.state, row.files.done)
    assert ("storing", SAVE_EVERY_FILES) in seen


def test_two_imports_of_one_archive_at_once_make_its_pages_once() -> None:
    """Both read and stored it; the second to commit finds the first's pages and keeps none of its own bytes."""
    world = World(SAMPLE.read_bytes())
    first, second = world.queue(), world.queue("i2")

    def overtaken(*args: Any, **named: Any) -> tuple[EntryId, ...]:
        if not world.state.pages:
            world.run(second)
        return write_pages(*args, **named)

    row = replace(world.run, write_import=overtaken)(first)

    assert (True, world.state.rows[second].made) == (row.repeated, row.made)
    assert ["already_imported"] == [line.code for line in row.report]
    assert 12 == len(world.state.pages)
    assert {} == world.storage.tentative


def test_an_import_into_a_notebook_that_was_closed_meanwhile_is_refused() -> None:
    """It is a conflict of another kind: nobody imported the archive, and nothing is left."""
    world = World(SAMPLE.read_bytes())

    def closed(*_: Any, **__: Any) -> tuple[EntryId, ...]:
        raise Conflict(reason="notebook_closed")

    row = replace(world.run, write_import=closed)(world.queue())

    assert ("refused", [("conflict", "reason=notebook_closed")]) == (
        row.state, [(line.code, line.text) for line in row.report if line.level == "refused"],
    )  # fmt: skip
    assert ({}, {}) == (world.storage.tentative, world.storage.archives)


def test_an_import_that_ended_is_not_refused_after_all() -> None:
    """The job was given up after its last attempt, which had succeeded."""
    world = World(SAMPLE.read_bytes())
    row = world.run(world.queue())

    world.run.refuse(row.id, code="unavailable")

    assert row == world.state.rows[row.id]
    assert {file.upload for page in world.state.pages for file in page.files} == set(world.storage.kept)
