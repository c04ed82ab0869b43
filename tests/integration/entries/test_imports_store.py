"""The real store of imports keeps what it is given, and lets only the newest run go on."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from chassis.database import open_engine
from chassis.settings import DatabaseSettings
from contracts.errors import Conflict, NotFound, Unavailable
from contracts.identifiers import EntryId, ImportId, NotebookId, PersonId, Sha256, UploadId
from services.entries.domain.imports import Count, Import, Remark
from services.entries.store.imports import Imports


@pytest.fixture
def connection(house_database: Callable[[str], dict[str, Any]]) -> Iterator[Connection]:
    """Open a migrated database of entries."""
    engine = open_engine(DatabaseSettings(**house_database("entries")), application_name="test-imports")
    with engine.connect() as opened:
        yield opened
    engine.dispose()


ROW = Import(ImportId("i"), NotebookId("n"), PersonId("p"), UploadId("u"), datetime(2026, 1, 1, tzinfo=UTC))


def test_a_row_comes_back_as_it_was_saved(connection: Connection) -> None:
    """A report may hold anything a hostile archive wrote."""
    imports = Imports(connection)
    imports.add(ROW)
    imports.add(ROW)
    checked = replace(
        ROW.checking(), state="writing", report=(Remark("warning", "a/é\u2028", "x", "a\x00b\ud800"),),
        uploads=(UploadId("u1"),), files=Count(1, 2), bytes=Count(2**40, 2**41), archive_sha256=Sha256("0" * 64),
    )  # fmt: skip

    imports.save(checked)
    connection.commit()

    expected = replace(checked, report=(Remark("warning", "a/é\u2028", "x", "a␀b?"),))
    assert imports.get(ROW.id) == imports.lock(ROW.id) == expected


def test_an_older_run_can_save_nothing(connection: Connection) -> None:
    """It may name bytes the newer run dropped."""
    imports = Imports(connection)
    imports.add(ROW)
    imports.save(ROW.checking().checking())

    with pytest.raises(Unavailable):
        imports.save(ROW.checking())


def test_an_archive_is_imported_once_into_a_notebook(connection: Connection) -> None:
    """The second finds the pages of the first."""
    imports = Imports(connection)
    done = replace(ROW, archive_sha256=Sha256("a" * 64)).done((EntryId("e1"), EntryId("e2")))
    imports.record_done(done)

    assert imports.pages_of(NotebookId("n"), Sha256("a" * 64)) == ("e1", "e2")
    assert imports.pages_of(NotebookId("other"), Sha256("a" * 64)) is None
    with pytest.raises(Conflict):
        imports.record_done(done)


def test_an_unknown_import_is_not_found(connection: Connection) -> None:
    """Nor is anybody told more."""
    with pytest.raises(NotFound):
        Imports(connection).get(ImportId("x"))
