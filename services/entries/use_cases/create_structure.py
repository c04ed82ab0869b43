"""Add a region, unit or team to the tree."""

from dataclasses import dataclass

from contracts.identifiers import StructureId
from services.entries.domain.caller import Caller
from services.entries.domain.facts import StructureChanged
from services.entries.domain.rights import demand_structure
from services.entries.domain.structures import Structure, StructureKind, below
from services.entries.ports.machines import Ids
from services.entries.ports.unit_of_work import Units


@dataclass(frozen=True, slots=True)
class NewStructure:
    """What one says of a new structure; ``rors`` are the ROR ids of its supervising bodies."""

    kind: StructureKind
    parent: StructureId
    code: str
    name: str
    rors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CreateStructure:
    """Who may add which kind stands in ``domain.rights.CREATES``."""

    units: Units
    ids: Ids

    def __call__(self, caller: Caller, *, new: NewStructure) -> Structure:
        """
        Return the new structure.

        Raises:
            NotFound: there is no such parent.
            Forbidden: the actor adds no such kind there.
            Invalid: the tree has no such step.
            Conflict: the code is taken.

        """
        with self.units(caller) as uow:
            if known := uow.recall(caller.request):
                return uow.structures.get(StructureId(known["structure"]))
            parent = uow.structures.get(new.parent)
            demand_structure(uow.people.roles_today(caller.person), kind=new.kind, parent=parent)
            made = below(
                parent, new=StructureId(self.ids.new()), kind=new.kind, code=new.code, name=new.name, rors=new.rors
            )
            uow.structures.add(made)
            uow.publish(StructureChanged(made.id))
            uow.remember(caller.request, {"structure": made.id})
            uow.commit()
        return made
