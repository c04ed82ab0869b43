"""An archive becomes numbered pages on a real database; storage is played from memory."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text

from contracts.errors import Forbidden, NotFound
from contracts.identifiers import UploadId
from services.entries.adapters.documents import Documents
from services.entries.adapters.eln.reader import ElnReader
from services.entries.adapters.machine import JcsCanonical, SystemClock, Uuid7Ids
from services.entries.store.unit_of_work import SqlReadings, SqlUnits, autocommit
from services.entries.use_cases.run_import import RunImport
from services.entries.use_cases.write_import import WriteImport
from services.entries.use_cases.written import Desk
from tests.builders.entries import Institution, StorageDouble, caller
from tests.fakes.imports import FakeStorage, Killed

ZONE = "Europe/Paris"
SAMPLE = Path(__file__).parents[3] / "onebox" / "demo" / "sample.eln"


@pytest.fixture
def files() -> FakeStorage:
    """A storage that holds the demonstration archive."""
    return FakeStorage(archives={UploadId("a"): SAMPLE.read_bytes()})


@pytest.fixture
def run(engine: Engine, files: FakeStorage, storage: StorageDouble) -> RunImport:
    """The real use case on the real store."""
    clock = SystemClock(ZoneInfo(ZONE))
    return RunImport(
        units=SqlUnits(engine, ZONE, clock),
        readings=SqlReadings(autocommit(engine), ZONE),
        read_archive=ElnReader,
        files=files,
        write_import=WriteImport(clock, Uuid7Ids(), Desk(Documents(), JcsCanonical(), storage)),
    )


def count(engine: Engine, what: str) -> Any:
    """Count rows."""
    with engine.connect() as connection:
        return connection.execute(text(f"SELECT count(*) FROM {what}")).scalar_one()


def test_an_archive_becomes_numbered_pages_with_their_files(
    lab: Institution, run: RunImport, files: FakeStorage
) -> None:
    """From the call to the pages: numbers without a gap, foreign author kept, every file kept."""
    notebook, who = lab.notebook(), caller(lab.researcher)
    started = lab.write.start_import(who, upload=UploadId("a"), notebook=notebook.id)

    row = run(started.id)

    view = lab.read.get_import(who, identifier=started.id)
    shown = lab.read.get_entry(who, entry=row.made[0], reference=None)
    assert (view.state, view.entries.done, len(view.made)) == ("done", 12, 12)
    assert shown.entry.number == 1
    assert shown.entry.foreign_author == "Inès Delorme <ines.delorme@exemple.invalid>"
    assert files.tentative == {}


def test_killed_at_any_moment_it_ends_with_the_same_numbers(
    lab: Institution, run: RunImport, files: FakeStorage, engine: Engine
) -> None:
    """On the real database too: no page number is lost or doubled."""
    notebook, who = lab.notebook(), caller(lab.researcher)
    row = lab.write.start_import(who, upload=UploadId("a"), notebook=notebook.id)
    for moment in ("discard_purpose", "fetch", "store", "keep"):

        def dies(step: str, moment: str = moment) -> None:
            if step == moment:
                raise Killed

        files.before = dies
        with pytest.raises(Killed):
            run(row.id)
    files.before = lambda _step: None

    done = run(row.id)

    assert len(done.made) == count(engine, "entry") == 12
    assert set(done.uploads) == set(files.kept)
    assert count(engine, "outbox WHERE type = 'EntryCreated'") == 12


def test_the_same_archive_again_changes_nothing(lab: Institution, run: RunImport, engine: Engine) -> None:
    """And the report says so."""
    notebook, who = lab.notebook(), caller(lab.researcher)
    first = run(lab.write.start_import(who, upload=UploadId("a"), notebook=notebook.id).id)

    again = run(lab.write.start_import(who, upload=UploadId("a"), notebook=notebook.id).id)

    assert again.repeated
    assert again.made == first.made
    assert count(engine, "entry") == 12


def test_a_keyed_start_repeated_is_one_import(lab: Institution, engine: Engine) -> None:
    """A reply lost on the way must not import twice."""
    notebook = lab.notebook()
    who = caller(lab.researcher, key="k", method="start_import")

    one = lab.write.start_import(who, upload=UploadId("a"), notebook=notebook.id)
    two = lab.write.start_import(who, upload=UploadId("a"), notebook=notebook.id)

    assert one.id == two.id
    assert count(engine, "job") == 1


def test_only_who_may_add_pages_starts_and_only_who_started_sees(lab: Institution) -> None:
    """An import is a write, and its report speaks of the archive's contents."""
    notebook = lab.notebook()
    started = lab.write.start_import(caller(lab.researcher), upload=UploadId("a"), notebook=notebook.id)

    with pytest.raises((Forbidden, NotFound)):
        lab.write.start_import(caller(lab.admin), upload=UploadId("a"), notebook=notebook.id)
    with pytest.raises(NotFound):
        lab.read.get_import(caller(lab.colleague), identifier=started.id)


def test_every_real_archive_is_written_and_readable(
    lab: Institution, run: RunImport, files: FakeStorage, eln_samples: Path
) -> None:
    """Titles, fields and documents of strangers fit revisions; the wrong sum leaves nothing behind."""
    notebook, who = lab.notebook(), caller(lab.researcher)
    states: dict[str, str] = {}
    for path in sorted(eln_samples.glob("*.eln")):
        files.archives[UploadId(path.name)] = path.read_bytes()
        row = run(lab.write.start_import(who, upload=UploadId(path.name), notebook=notebook.id).id)
        states[path.name] = row.state

    assert states.pop("invalid-shasum.eln") == "refused"
    assert set(states.values()) == {"done"}
    assert files.tentative == {}
    assert UploadId("invalid-shasum.eln") not in files.archives
