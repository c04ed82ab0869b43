"""Take an archive in: a row and a job in one commit; the work itself is done elsewhere."""

from dataclasses import dataclass

from contracts.identifiers import ImportId, NotebookId, UploadId
from services.entries.domain.caller import Caller
from services.entries.domain.imports import Import
from services.entries.ports.machines import Clock, Ids
from services.entries.ports.unit_of_work import Units

JOB_KIND = "import"


@dataclass(frozen=True, slots=True)
class StartImport:
    """Start an import of an uploaded archive into a notebook the caller may write to."""

    units: Units
    clock: Clock
    ids: Ids

    def __call__(self, caller: Caller, *, upload: UploadId, notebook: NotebookId) -> Import:
        """
        Return the queued import.

        Raises:
            NotFound: no such notebook, or none the caller may read.
            Forbidden: the caller may not add pages to it.

        """
        with self.units(caller) as uow:
            if (told := uow.recall(caller.request)) is not None:
                return uow.imports.get(ImportId(told["import"]))
        row = Import(
            id=ImportId(self.ids.new()), notebook=notebook, person=caller.person, upload=upload,
            created_at=self.clock.now(),
        )  # fmt: skip
        with self.units(caller) as uow:
            _, standing = uow.notebooks.lock(notebook, person=caller.person)
            standing.demand_new_page()
            uow.imports.add(row)
            uow.enqueue(kind=JOB_KIND, key=row.id, payload={"import": row.id})
            uow.remember(caller.request, {"import": row.id})
            uow.commit()
        return row
