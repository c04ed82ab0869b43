"""Open a notebook."""

from dataclasses import dataclass

from contracts.identifiers import NotebookId, StructureId
from services.entries.domain.caller import Caller
from services.entries.domain.facts import NotebookOpened, RoleChanged
from services.entries.domain.notebook import Notebook, demand_owner, notebook_reference
from services.entries.domain.rights import demand_notebook
from services.entries.domain.structures import Structure
from services.entries.ports.machines import Clock, Ids
from services.entries.ports.unit_of_work import UnitOfWork, Units


@dataclass(frozen=True, slots=True)
class OpenNotebook:
    """Whoever opens it holds it. Its number is the next of its unit and of the year where the institution stands."""

    units: Units
    clock: Clock
    ids: Ids

    def __call__(self, caller: Caller, *, structure: StructureId, title: str, restricted: bool) -> Notebook:
        """
        Return the notebook.

        Raises:
            NotFound: there is no such structure.
            Forbidden: the actor neither works in it nor leads it.
            Invalid: it is neither a unit nor a team.

        """
        with self.units(caller) as uow:
            if known := uow.recall(caller.request):
                notebook = NotebookId(known["notebook"])
                return uow.notebooks.get(notebook=notebook, reference=None, person=caller.person)[0]
            uow.people.lock_rights()
            owner = uow.structures.get(structure)
            demand_owner(owner)
            demand_notebook(uow.people.roles_today(caller.person), at=owner)
            made = self._made(uow, caller, owner=owner, title=title, restricted=restricted)
            uow.notebooks.add(made)
            # Holding a notebook opens it to its holder: who follows rights asks again for this person's labels.
            uow.publish(NotebookOpened(made.id, structure), RoleChanged(caller.person, structure))
            uow.remember(caller.request, {"notebook": made.id})
            uow.commit()
        return made

    def _made(self, uow: UnitOfWork, caller: Caller, *, owner: Structure, title: str, restricted: bool) -> Notebook:
        unit = owner if owner.kind == "unit" else uow.structures.get(owner.path[-2])
        year = self.clock.today().year
        number = uow.notebooks.next_number(unit.id, year=year)
        return Notebook(
            id=NotebookId(self.ids.new()),
            reference=notebook_reference(unit.code, year=year, number=number),
            title=title,
            path=owner.path,
            unit=unit.id,
            holders=(caller.person,),
            opened_at=self.clock.now(),
            restricted=restricted,
        )
