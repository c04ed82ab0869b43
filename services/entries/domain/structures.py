"""Hold the structure tree: institution › region › unit › team, and the codes people know its nodes by."""

from dataclasses import dataclass
from typing import Literal

from contracts.errors import FieldProblem, Invalid
from contracts.identifiers import StructureId

StructureKind = Literal["institution", "region", "unit", "team"]

# A unit may hang under a region or straight under the institution; the other steps have one parent kind.
PARENTS: dict[StructureKind, frozenset[StructureKind]] = {
    "institution": frozenset(),
    "region": frozenset({"institution"}),
    "unit": frozenset({"institution", "region"}),
    "team": frozenset({"unit"}),
}


@dataclass(frozen=True, slots=True)
class Structure:
    """A node of the tree; ``path`` runs from the root to the node itself, ``rors`` are its supervising bodies."""

    id: StructureId
    kind: StructureKind
    code: str
    name: str
    path: tuple[StructureId, ...]
    rors: tuple[str, ...] = ()

    @property
    def parent(self) -> StructureId | None:
        """Return the node above, none for the institution."""
        return self.path[-2] if len(self.path) > 1 else None

    @property
    def owns_notebooks(self) -> bool:
        """Say whether notebooks may stand here: only where a unit gives them its code."""
        return self.kind in {"unit", "team"}

    def is_under(self, other: StructureId) -> bool:
        """Say whether ``other`` is this node or one above it."""
        return other in self.path


def below(
    parent: Structure, *, new: StructureId, kind: StructureKind, code: str, name: str, rors: tuple[str, ...]
) -> Structure:
    """
    Return a new node under ``parent``.

    Raises:
        Invalid: the tree has no such step (a team under a region).

    """
    if parent.kind not in PARENTS[kind]:
        raise Invalid(FieldProblem("parent", f"a {kind} cannot stand under a {parent.kind}", "choose another parent"))
    return Structure(id=new, kind=kind, code=code, name=name, path=(*parent.path, new), rors=rors)


def root(*, new: StructureId, code: str, name: str) -> Structure:
    """Return the institution itself."""
    return Structure(id=new, kind="institution", code=code, name=name, path=(new,))
