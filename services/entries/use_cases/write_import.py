"""Write the prepared pages of an import: all of them or none, in one transaction (decision 28)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.identifiers import EntryId, NotebookId, PersonId
from services.entries.domain.entry import Entry
from services.entries.domain.facts import EntryFact
from services.entries.domain.imports import ImportedPage
from services.entries.domain.notebook import Notebook
from services.entries.domain.revision import Author, Bytes, Content, Revision, to_milliseconds
from services.entries.ports.machines import Clock, Ids
from services.entries.ports.unit_of_work import UnitOfWork
from services.entries.use_cases.written import Desk


@dataclass(frozen=True, slots=True)
class WriteImport:
    """
    Allocate numbers and write first revisions inside the caller's unit of work.

    Whoever calls keeps the bytes before, remembers the pair (notebook, archive digest) in the same unit of work and
    commits. The account that imports is the author of the revisions; a foreign author stays a text.
    """

    clock: Clock
    ids: Ids
    desk: Desk

    def __call__(
        self,
        uow: UnitOfWork,
        *,
        person: PersonId,
        notebook: NotebookId,
        pages: Sequence[ImportedPage],
    ) -> tuple[EntryId, ...]:
        """
        Return the new entries in the order of ``pages``; the caller commits.

        Raises:
            NotFound: no such notebook the actor may read.
            Forbidden: the actor may not add pages to it.
            Conflict: it is closed.
            Invalid: a page is too large or names two files alike.

        """
        found, standing = uow.notebooks.lock(notebook, person=person)
        standing.demand_new_page()
        grown = found.with_pages(len(pages))
        known = uow.people.several((person,))[0]
        author = Author(known.id, known.fields.display_name)
        now = to_milliseconds(self.clock.now())
        written = [
            self._page(found, number, page, author=author, now=now)
            for number, page in enumerate(pages, found.entry_count + 1)
        ]
        uow.notebooks.save(grown)
        uow.entries.add([entry for entry, _, _ in written])
        uow.entries.append([revision for _, revision, _ in written])
        uow.publish(*(fact for _, _, facts in written for fact in facts))
        return tuple(entry.id for entry, _, _ in written)

    def _page(
        self, notebook: Notebook, number: int, page: ImportedPage, *, author: Author, now: datetime
    ) -> tuple[Entry, Revision, tuple[EntryFact, ...]]:
        blank = Entry(
            id=EntryId(self.ids.new()), notebook=notebook.id, notebook_reference=notebook.reference, number=number,
            title=page.title, author=author, created_at=now, changed_at=now, foreign_author=page.foreign_author,
        )  # fmt: skip
        files = tuple(
            Bytes(file.name, file.media_type, file.size_bytes, file.sha256, file.sha512) for file in page.files
        )
        content = Content(page.title, page.document, page.text, page.fields, files)
        revision = self.desk.revise(blank, content, author=author, expected_head=0, now=now)
        entry, facts = blank.appended(revision)
        return entry, revision, (blank.created(notebook.labels), *facts)
