"""
Decide who may do what: the matrix of roles (product.md §3) as tables, default deny.

Three tables: what a way of reaching an entry opens (``CONTENT``), which roles may sign what they can read
(``SIGNERS``), and which roles never write content whatever else their holder was given (``NEVER_WRITE``). A fourth,
``STATES``, says in which state an act still makes sense; ``CREATES`` and ``GIVES`` say who manages structures and
roles.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from contracts.errors import Forbidden, NotFound
from services.entries.domain.people import Role, RoleName
from services.entries.domain.states import EntryState
from services.entries.domain.structures import Structure, StructureKind

Action = Literal["read", "comment", "write", "sign", "send_into_circuit", "strike_out", "grant"]
ACTIONS: tuple[Action, ...] = ("read", "comment", "write", "sign", "send_into_circuit", "strike_out", "grant")
# How a label reached the reader: by a role, by holding the notebook, or by a share of one of three levels.
Way = Literal["researcher", "lead", "holder", "reader", "commenter", "contributor"]


class Reach(Enum):
    """How far a way opens an action: to nothing, to entries one wrote, or to all one reaches."""

    NONE = 0
    OWN = 1
    ALL = 2


_NONE, _OWN, _ALL = Reach.NONE, Reach.OWN, Reach.ALL

CONTENT: dict[Way, dict[Action, Reach]] = {
    "researcher": {"read": _ALL, "comment": _ALL, "write": _OWN, "sign": _ALL, "send_into_circuit": _OWN,
                   "strike_out": _OWN, "grant": _OWN},
    "lead": {"read": _ALL, "comment": _ALL, "write": _OWN, "sign": _ALL, "send_into_circuit": _OWN,
             "strike_out": _OWN, "grant": _ALL},
    "holder": {"read": _ALL, "comment": _ALL, "write": _OWN, "sign": _ALL, "send_into_circuit": _OWN,
               "strike_out": _OWN, "grant": _ALL},
    "contributor": {"read": _ALL, "comment": _ALL, "write": _ALL, "sign": _ALL, "send_into_circuit": _ALL,
                    "strike_out": _OWN, "grant": _NONE},
    "commenter": {"read": _ALL, "comment": _ALL, "write": _NONE, "sign": _ALL, "send_into_circuit": _NONE,
                  "strike_out": _NONE, "grant": _NONE},
    "reader": {"read": _ALL, "comment": _NONE, "write": _NONE, "sign": _ALL, "send_into_circuit": _NONE,
               "strike_out": _NONE, "grant": _NONE},
}  # fmt: skip

# Ways that let a person add pages to a notebook; a lead adds to notebooks of their own only (then a holder).
ADDS_PAGES: frozenset[Way] = frozenset({"researcher", "holder", "contributor"})

# One signs what one reads, when named: researcher as author or witness, lead as approver, partner when named.
SIGNERS: frozenset[RoleName] = frozenset({"researcher", "lead", "partner"})

# "Admin and archivist never write content" (product.md §3), nor does an auditor.
NEVER_WRITE: frozenset[RoleName] = frozenset({"institution_admin", "archivist", "auditor"})
_WRITING: frozenset[Action] = frozenset({"write", "send_into_circuit", "strike_out"})

STATES: dict[Action, frozenset[EntryState]] = {
    "read": frozenset({"open", "in_circuit", "returned", "signed", "sealed", "struck_out"}),
    "comment": frozenset({"open", "in_circuit", "returned", "signed", "sealed", "struck_out"}),
    "write": frozenset({"open", "in_circuit", "returned"}),
    "sign": frozenset({"open", "in_circuit", "returned"}),
    "send_into_circuit": frozenset({"open", "returned"}),
    "strike_out": frozenset({"open", "returned"}),
    "grant": frozenset({"open", "in_circuit", "returned", "signed", "sealed", "struck_out"}),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How one person stands to one entry or notebook, as the store found it, today."""

    ways: frozenset[Way] = field(default_factory=frozenset)
    roles: frozenset[RoleName] = field(default_factory=frozenset)
    is_author: bool = False

    @property
    def reads(self) -> bool:
        """Say whether the reader's labels meet the entry's."""
        return bool(self.ways)

    def may(self, action: Action) -> bool:
        """Say whether the matrix allows the action, whatever the entry's state."""
        if action in _WRITING and (self.roles & NEVER_WRITE or self._leads_other_author):
            return False
        if action == "sign" and not self.roles & SIGNERS:
            return False
        wanted = Reach.OWN if self.is_author else Reach.ALL
        return any(CONTENT[way][action].value >= wanted.value for way in self.ways)

    @property
    def _leads_other_author(self) -> bool:
        # A lead never writes others' pages, not even with a share (product.md §3).
        return "lead" in self.ways and not self.is_author

    def may_add_pages(self) -> bool:
        """Say whether the person may add pages to the notebook this standing is about."""
        return bool(self.ways & ADDS_PAGES) and not self.roles & NEVER_WRITE

    def demand(self, action: Action) -> None:
        """
        Let the action pass.

        Raises:
            NotFound: the person may not even read it.
            Forbidden: they may read it, but not do this.

        """
        if not self.reads:
            raise NotFound
        if not self.may(action):
            raise Forbidden(action=action)

    def demand_new_page(self) -> None:
        """
        Let a page be added.

        Raises:
            NotFound: the person may not even read the notebook.
            Forbidden: they read it, but may not add to it.

        """
        if not self.reads:
            raise NotFound
        if not self.may_add_pages():
            raise Forbidden(action="create_entry")

    def actions(self, state: EntryState) -> tuple[Action, ...]:
        """Return what the person may do to an entry in this state."""
        return tuple(action for action in ACTIONS if state in STATES[action] and self.may(action))


# Who adds which structures, and gives which roles, under the structure where the role is held.
CREATES: dict[RoleName, frozenset[StructureKind]] = {
    "lead": frozenset({"team"}),
    "region_admin": frozenset({"unit"}),
    "institution_admin": frozenset({"region", "unit", "team"}),
}
GIVES: dict[RoleName, frozenset[RoleName]] = {
    "lead": frozenset({"researcher", "partner", "lead"}),
    "region_admin": frozenset({"lead"}),
    "institution_admin": frozenset(
        {"lead", "region_admin", "ambassador", "archivist", "auditor", "institution_admin", "researcher", "partner"}
    ),
}
# Who enters people: those who give roles.
ENTERS_PEOPLE: frozenset[RoleName] = frozenset(GIVES)


def _held_above(roles: tuple[Role, ...], structure: Structure) -> frozenset[RoleName]:
    return frozenset(role.name for role in roles if structure.is_under(role.structure))


def demand_structure(roles: tuple[Role, ...], *, kind: StructureKind, parent: Structure) -> None:
    """Let a structure be added under ``parent``, or raise Forbidden."""
    if not any(kind in CREATES.get(role, ()) for role in _held_above(roles, parent)):
        raise Forbidden(action="create_structure")


def demand_people(roles: tuple[Role, ...], *, at: Structure) -> None:
    """Let people be entered or attached at a structure, or raise Forbidden."""
    if not _held_above(roles, at) & ENTERS_PEOPLE:
        raise Forbidden(action="manage_people")


def demand_role(roles: tuple[Role, ...], *, given: RoleName, at: Structure) -> None:
    """Let a role be given at a structure, or raise Forbidden."""
    if not any(given in GIVES.get(role, ()) for role in _held_above(roles, at)):
        raise Forbidden(action="give_role")


def demand_departure(roles: tuple[Role, ...], *, places: Sequence[Structure]) -> None:
    """Let a departure be recorded by who manages people at every place of the one who left, or raise Forbidden."""
    if not places or not all(_held_above(roles, place) & ENTERS_PEOPLE for place in places):
        raise Forbidden(action="record_departure")


def demand_hold(roles: tuple[Role, ...]) -> None:
    """Let an archivist place and lift legal holds, and nobody else: the role is given at the institution; Forbidden."""
    if not any(role.name == "archivist" for role in roles):
        raise Forbidden(action="hold")


def demand_notebook(roles: tuple[Role, ...], *, at: Structure) -> None:
    """
    Let a notebook be opened: by a researcher of the very structure, or a lead of it or above.

    Raises:
        Forbidden: neither.

    """
    researches = any(role.name == "researcher" and role.structure == at.id for role in roles)
    if not researches and "lead" not in _held_above(roles, at):
        raise Forbidden(action="open_notebook")
