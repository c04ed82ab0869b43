"""An import is a row and a job in one commit; its pages are all written or none."""

from dataclasses import replace
from typing import Any

import pytest

from contracts.errors import Conflict, Forbidden, NotFound, Unavailable
from contracts.identifiers import ImportId, Sha256, Sha512, UploadId
from services.entries.domain.imports import Import, ImportedFile, ImportedPage
from services.entries.domain.views import Sought
from services.entries.use_cases.write_import import WriteImport
from tests.builders.entries import Institution, StorageDouble, caller, page

ARCHIVE = Sha256("d" * 64)


def imported(title: str, *files: str) -> ImportedPage:
    """A page an archive became."""
    kept = tuple(
        ImportedFile(name, "text/csv", 12, Sha256("e" * 64), Sha512("f" * 128), UploadId(name)) for name in files
    )
    document = page(title).document
    assert document is not None
    return ImportedPage(title, document, title, 1, kept, {"pH": 7}, foreign_author="Dr. Elsewhere")


def start(lab: Institution, *, by: Any = None, key: str | None = None) -> tuple[Import, Any]:
    """Start an import into a new notebook of the researcher; return it with the call to repeat."""
    notebook = lab.notebook().id

    def asked() -> Import:
        who = caller(by or lab.researcher, key=key, method="start_import")
        return lab.write.start_import(who, upload=UploadId("up-1"), notebook=notebook)

    return asked(), asked


def write(lab: Institution, notebook: Any, *pages: ImportedPage, by: Any = None, commits: bool = True) -> Any:
    """Write pages as the job does."""
    create = lab.write.create_entry
    write_import = WriteImport(create.clock, create.ids, create.desk)
    with create.units(caller(by or lab.researcher)) as uow:
        made = write_import(uow, person=by or lab.researcher, notebook=notebook, pages=pages)
        if commits:
            uow.commit()
    return made


def numbers(lab: Institution, notebook: Any) -> list[tuple[int, str]]:
    """Number and title of each page of a notebook."""
    found = lab.read.list_entries(caller(lab.researcher), notebook=notebook, sought=Sought(), after=None, limit=50)
    return [(one.number, one.entry.title) for one in found]


def test_an_import_is_queued_and_its_progress_is_for_who_started_it(lab: Institution) -> None:
    """What an archive holds is nobody else's business until its pages are written."""
    row, _ = start(lab)

    assert ("queued", lab.researcher) == (row.state, row.person)
    assert row == lab.read.get_import(caller(lab.researcher), identifier=row.id)
    for who, asked in ((lab.lead, row.id), (lab.researcher, ImportId("01890000-0000-7000-8000-000000000000"))):
        with pytest.raises(NotFound):
            lab.read.get_import(caller(who), identifier=asked)


def test_a_repeated_start_is_one_import(lab: Institution) -> None:
    """A client that lost the answer asks again."""
    row, again = start(lab, key="k")

    assert row == again()


def test_only_who_may_add_pages_imports(lab: Institution) -> None:
    """A lead reads the team's notebook and fills it with nothing; a closed one takes no page."""
    notebook = lab.notebook().id
    asked = {"upload": UploadId("up-1"), "notebook": notebook}
    with pytest.raises(Forbidden):
        lab.write.start_import(caller(lab.lead), **asked)
    lab.write.close_notebook(caller(lab.researcher), notebook=notebook, reopen=False)

    with pytest.raises(Conflict):
        write(lab, notebook, imported("Un"))
    with pytest.raises(NotFound):
        lab.write.start_import(caller(lab.person("Sam Stranger", "researcher", at=lab.other_team)), **asked)


def test_pages_follow_those_that_are_there_and_name_their_files(lab: Institution, storage: StorageDouble) -> None:
    """Numbers without a gap; who imports is the author, the foreign one stays a text; no byte is sent again."""
    notebook = lab.notebook().id
    lab.entry(notebook)

    made = write(lab, notebook, imported("Gel", "a.csv", "b.csv"), imported("Dosage"))

    assert [(1, "Culture cellulaire"), (2, "Gel"), (3, "Dosage")] == numbers(lab, notebook)
    shown = lab.read.get_entry(caller(lab.colleague), entry=made[0], reference=None)
    assert (lab.researcher, "Dr. Elsewhere") == (shown.entry.author.id, shown.entry.foreign_author)
    assert [] == storage.kept
    with pytest.raises(NotFound):
        lab.read.get_attachment(caller(lab.admin), entry=made[0], number=1, name="a.csv")
    url = lab.read.get_attachment(caller(lab.colleague), entry=made[0], number=1, name="b.csv").url
    assert f"http://store.test/{'e' * 64}" == url


def test_without_its_commit_no_page_is_written_and_no_number_used(lab: Institution) -> None:
    """All of them or none."""
    notebook = lab.notebook().id

    write(lab, notebook, imported("Un"), imported("Deux"), commits=False)
    write(lab, notebook, imported("Trois"))

    assert [(1, "Trois")] == numbers(lab, notebook)


def test_a_run_that_was_taken_over_saves_nothing_and_an_archive_counts_once(lab: Institution) -> None:
    """Two runs of one import, two imports of one archive: the second of each is told."""
    (first, _), units = start(lab), lab.write.start_import.units
    second = replace(first, id=ImportId("01890000-0000-7000-8000-000000000001"))
    newer, done = first.checking().checking(), replace(first, archive_sha256=ARCHIVE, run=2).done(())
    with units(caller(lab.researcher)) as uow:
        uow.imports.add(first)
        uow.imports.add(second)
        uow.imports.save(newer)
        uow.imports.record_done(done)
        uow.commit()

    with units(caller(lab.researcher)) as uow:
        assert newer.run == uow.imports.lock(first.id).run
        assert () == uow.imports.pages_of(first.notebook, ARCHIVE)
        assert uow.imports.pages_of(first.notebook, Sha256("0" * 64)) is None
        with pytest.raises(Unavailable):
            uow.imports.save(first.checking())
    with units(caller(lab.researcher)) as uow, pytest.raises(Conflict):
        uow.imports.record_done(replace(done, id=second.id))
