"""The matrix of roles (product.md §3), cell by cell."""

from datetime import date
from typing import get_args

import pytest

from contracts.errors import Forbidden, NotFound
from contracts.identifiers import PersonId, RoleId, StructureId
from services.entries.domain.people import Role, RoleName
from services.entries.domain.rights import (
    ACTIONS,
    CONTENT,
    STATES,
    Standing,
    Way,
    demand_notebook,
    demand_people,
    demand_role,
    demand_structure,
)
from services.entries.domain.states import EntryState
from services.entries.domain.structures import Structure, below, root

# r read, c comment, w write, s sign, i send into circuit, x strike out, g grant; for others' pages / for one's own.
CELLS: dict[str, tuple[str, str]] = {
    "researcher": ("rcs", "rcwsixg"),
    "lead": ("rcsg", "rcwsixg"),
    "holder": ("rcsg", "rcwsixg"),
    "contributor": ("rcwsi", "rcwsix"),
    "commenter": ("rcs", "rcs"),
    "reader": ("rs", "rs"),
}
LETTERS = dict(zip("rcwsixg", ACTIONS, strict=True))
SIGNER = frozenset({"partner"})


@pytest.mark.parametrize("is_author", [False, True])
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("way", get_args(Way))
def test_each_cell_of_the_matrix_says_what_the_product_says(way: Way, action: str, is_author: bool) -> None:
    """Who changes the table must change this promise too."""
    standing = Standing(frozenset({way}), SIGNER, is_author)

    expected = action in {LETTERS[letter] for letter in CELLS[way][is_author]}

    assert expected == standing.may(action)


def test_the_matrix_names_every_way_and_action() -> None:
    """Default deny must come from the table, not from a missing row."""
    assert set(get_args(Way)) == set(CONTENT)
    assert all(set(ACTIONS) == set(row) for row in CONTENT.values())
    assert set(ACTIONS) == set(STATES)


@pytest.mark.parametrize("action", ACTIONS)
def test_without_a_way_nothing_is_allowed_even_to_the_author(action: str) -> None:
    """Default is deny."""
    assert not Standing(roles=frozenset({"lead"}), is_author=True).may(action)


@pytest.mark.parametrize("role", ["institution_admin", "archivist", "auditor"])
@pytest.mark.parametrize("action", ["write", "send_into_circuit", "strike_out"])
def test_admin_archivist_and_auditor_never_write_whatever_they_were_given(role: RoleName, action: str) -> None:
    """Product.md §3: never."""
    standing = Standing(frozenset({"contributor", "holder"}), frozenset({role, "researcher"}), is_author=True)

    assert not standing.may(action)
    assert not standing.may_add_pages()
    assert standing.may("read")


def test_a_lead_never_writes_anothers_page_even_with_a_share() -> None:
    """A lead reads all, and writes their own."""
    ways = frozenset({"lead", "contributor"})

    assert not Standing(ways, SIGNER).may("write")
    assert Standing(ways, SIGNER, is_author=True).may("write")


@pytest.mark.parametrize("role", get_args(RoleName))
def test_only_researchers_leads_and_partners_sign(role: RoleName) -> None:
    """An administrator's reading gives no signature."""
    expected = role in {"researcher", "lead", "partner"}

    assert expected == Standing(frozenset({"reader"}), frozenset({role})).may("sign")


@pytest.mark.parametrize(("way", "adds"), [
    ("researcher", True), ("holder", True), ("contributor", True), ("lead", False), ("reader", False),
    ("commenter", False),
])  # fmt: skip
def test_who_adds_pages(way: Way, adds: bool) -> None:
    """A lead adds to notebooks of their own only."""
    assert adds == Standing(frozenset({way})).may_add_pages()


@pytest.mark.parametrize(("state", "expected"), [
    ("open", set(ACTIONS)),
    ("returned", set(ACTIONS)),
    ("in_circuit", {"read", "comment", "write", "sign", "grant"}),
    ("signed", {"read", "comment", "grant"}),
    ("sealed", {"read", "comment", "grant"}),
    ("struck_out", {"read", "comment", "grant"}),
])  # fmt: skip
def test_what_an_author_may_do_follows_the_state(state: EntryState, expected: set[str]) -> None:
    """A button that would be refused is not offered."""
    standing = Standing(frozenset({"holder"}), frozenset({"researcher"}), is_author=True)

    assert expected == set(standing.actions(state))


def test_who_does_not_read_is_told_there_is_nothing_and_who_reads_that_it_is_forbidden() -> None:
    """A refusal must not tell a stranger that a page exists."""
    reader = Standing(frozenset({"reader"}))

    reader.demand("read")
    with pytest.raises(Forbidden):
        reader.demand("write")
    with pytest.raises(NotFound):
        Standing().demand("read")
    with pytest.raises(Forbidden):
        reader.demand_new_page()
    with pytest.raises(NotFound):
        Standing().demand_new_page()
    Standing(frozenset({"holder"})).demand_new_page()


ROOT = root(new=StructureId("root"), code="I", name="Institut")


def _below(parent: Structure, kind: str, code: str) -> Structure:
    return below(parent, new=StructureId(code), kind=kind, code=code, name=code, rors=())


REGION = _below(ROOT, "region", "R")
UNIT = _below(REGION, "unit", "U1")
OTHER_UNIT = _below(REGION, "unit", "U2")
TEAM = _below(UNIT, "team", "T")


def held(name: RoleName, at: Structure) -> tuple[Role, ...]:
    """Roles of one person who holds one."""
    return (Role(RoleId("r"), PersonId("p"), name, at.id, date(2026, 1, 1)),)


@pytest.mark.parametrize(("role", "at", "kind", "parent", "allowed"), [
    ("institution_admin", ROOT, "region", ROOT, True), ("institution_admin", ROOT, "unit", REGION, True),
    ("institution_admin", ROOT, "team", UNIT, True), ("region_admin", REGION, "unit", REGION, True),
    ("region_admin", REGION, "region", ROOT, False), ("region_admin", REGION, "team", UNIT, False),
    ("lead", UNIT, "team", UNIT, True), ("lead", UNIT, "team", OTHER_UNIT, False), ("lead", UNIT, "unit", REGION, False),
    ("researcher", TEAM, "team", UNIT, False), ("auditor", ROOT, "region", ROOT, False),
])  # fmt: skip
def test_who_adds_structures(role: RoleName, at: Structure, kind: str, parent: Structure, allowed: bool) -> None:
    """Each adds what stands under their own place, one kind or more."""
    if allowed:
        demand_structure(held(role, at), kind=kind, parent=parent)
    else:
        with pytest.raises(Forbidden):
            demand_structure(held(role, at), kind=kind, parent=parent)


@pytest.mark.parametrize(("role", "at", "given", "place", "allowed"), [
    ("lead", UNIT, "researcher", TEAM, True), ("lead", UNIT, "partner", TEAM, True), ("lead", UNIT, "lead", TEAM, True),
    ("lead", UNIT, "region_admin", TEAM, False), ("lead", UNIT, "researcher", OTHER_UNIT, False),
    ("region_admin", REGION, "lead", UNIT, True), ("region_admin", REGION, "researcher", TEAM, False),
    ("institution_admin", ROOT, "region_admin", REGION, True), ("institution_admin", ROOT, "auditor", ROOT, True),
    ("researcher", TEAM, "researcher", TEAM, False), ("archivist", ROOT, "lead", UNIT, False),
])  # fmt: skip
def test_who_gives_roles(role: RoleName, at: Structure, given: RoleName, place: Structure, allowed: bool) -> None:
    """Nobody lifts themselves above their place."""
    if allowed:
        demand_role(held(role, at), given=given, at=place)
        demand_people(held(role, at), at=place)
    else:
        with pytest.raises(Forbidden):
            demand_role(held(role, at), given=given, at=place)


def test_who_gives_no_role_enters_nobody() -> None:
    """People are entered by those who give roles there."""
    with pytest.raises(Forbidden):
        demand_people(held("researcher", TEAM), at=TEAM)


@pytest.mark.parametrize(("role", "at", "place", "allowed"), [
    ("researcher", TEAM, TEAM, True), ("researcher", UNIT, TEAM, False), ("lead", UNIT, TEAM, True),
    ("lead", OTHER_UNIT, TEAM, False), ("institution_admin", ROOT, TEAM, False), ("partner", TEAM, TEAM, False),
])  # fmt: skip
def test_who_opens_notebooks(role: RoleName, at: Structure, place: Structure, allowed: bool) -> None:
    """Where one works, or what one leads."""
    if allowed:
        demand_notebook(held(role, at), at=place)
    else:
        with pytest.raises(Forbidden):
            demand_notebook(held(role, at), at=place)
