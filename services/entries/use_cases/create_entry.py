"""Allocate the next page of a notebook, with a first revision when there is one."""

from dataclasses import dataclass

from contracts.errors import FieldProblem, Invalid
from contracts.identifiers import EntryId, NotebookId
from services.entries.domain.caller import Caller
from services.entries.domain.entry import Entry
from services.entries.domain.revision import Author, to_milliseconds
from services.entries.domain.views import EntryShown
from services.entries.ports.machines import Clock, Ids
from services.entries.ports.unit_of_work import UnitOfWork, Units
from services.entries.use_cases.written import Checked, Desk, Written


@dataclass(frozen=True, slots=True)
class CreateEntry:
    """The notebook's row is locked while its number of pages rises, so that numbers have no gap."""

    units: Units
    clock: Clock
    ids: Ids
    desk: Desk

    def __call__(
        self, caller: Caller, *, notebook: NotebookId, entry: EntryId | None, title: str, first: Written | None
    ) -> EntryShown:
        """
        Return the new page.

        Raises:
            NotFound: no such notebook the actor may read.
            Forbidden: the actor may not add pages to it.
            Conflict: the notebook is closed, or the id is taken.
            Invalid: the first revision is wrong.

        """
        if first and first.draft:
            raise Invalid(FieldProblem("first.draft", "a new page has no draft", "create the page, then write in it"))
        checked = self.desk.check(first, owner=caller.person) if first else None
        with self.units(caller) as uow:
            if known := uow.recall(caller.request):
                return uow.entries.show(entry=EntryId(known["entry"]), reference=None, person=caller.person)
            made = self._made(uow, caller, notebook=notebook, id_=entry or EntryId(self.ids.new()), title=title)
            if checked:
                self._first(uow, made, checked)
            uow.remember(caller.request, {"entry": made.id})
            uow.commit()
            return uow.entries.show(entry=made.id, reference=None, person=caller.person)

    def _made(self, uow: UnitOfWork, caller: Caller, *, notebook: NotebookId, id_: EntryId, title: str) -> Entry:
        found, standing = uow.notebooks.lock(notebook, person=caller.person)
        standing.demand_new_page()
        grown = found.with_pages(1)
        now = to_milliseconds(self.clock.now())
        person = uow.people.several((caller.person,))[0]
        made = Entry(
            id=id_, notebook=notebook, notebook_reference=found.reference, number=grown.entry_count, title=title,
            author=Author(person.id, person.fields.display_name), created_at=now, changed_at=now,
        )  # fmt: skip
        uow.notebooks.save(grown)
        uow.entries.add((made,))
        uow.publish(made.created(found.labels))
        return made

    def _first(self, uow: UnitOfWork, made: Entry, checked: Checked) -> None:
        revision = self.desk.revise(made, checked.content({}), author=made.author, expected_head=0, now=made.created_at)
        written, facts = made.appended(revision)
        uow.entries.append((revision,))
        uow.entries.save(written)
        uow.publish(*facts)
