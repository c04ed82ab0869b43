"""The matrix of rights (product.md §3) for the roles there are, cell by cell, through the real gateway."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.laboratory import Laboratory, Visitor, page, somebody, stages

ROLES = {"researcher": "ben", "lead": "lea", "partner": "pat", "institution_admin": "admin"}
Cell = Callable[[Laboratory, Visitor], int]


def _granted(lab: Laboratory, who: Visitor, level: str) -> tuple[str, str]:
    """Return a restricted notebook of Ada's and a page in it, shared with somebody."""
    notebook = lab.notebook(lab.ada, restricted=True)
    entry = lab.page(lab.ada, notebook=notebook)
    lab.ada.make(f"/notebooks/{notebook}/grants", {"person": who.id, "level": level})
    return notebook, entry


def _read_team(lab: Laboratory, who: Visitor) -> int:
    return who.sees(f"/entries/{lab.page(lab.ada)}")


def _read_restricted(lab: Laboratory, who: Visitor) -> int:
    return who.sees(f"/entries/{lab.page(lab.ada, notebook=lab.notebook(lab.ada, restricted=True))}")


def _read_other_team(lab: Laboratory, who: Visitor) -> int:
    return who.sees(f"/entries/{lab.page(lab.sam, notebook=lab.notebook(lab.sam, structure=lab.other_team))}")


def _read_other_unit(lab: Laboratory, who: Visitor) -> int:
    return who.sees(f"/entries/{lab.page(lab.max, notebook=lab.notebook(lab.max, structure=lab.other_unit))}")


def _read_granted(lab: Laboratory, who: Visitor) -> int:
    return who.sees(f"/entries/{_granted(lab, who, 'reader')[1]}")


def _open_notebook(lab: Laboratory, who: Visitor) -> int:
    return who.does("/notebooks", {"structure": lab.team, "title": "Cahier"})


def _add_page_as_contributor(lab: Laboratory, who: Visitor) -> int:
    return who.does(f"/notebooks/{_granted(lab, who, 'contributor')[0]}/entries", {"title": "Page"})


def _add_page_as_reader(lab: Laboratory, who: Visitor) -> int:
    notebook = lab.notebook(lab.sam, structure=lab.other_team)
    lab.sam.make(f"/notebooks/{notebook}/grants", {"person": who.id, "level": "reader"})
    return who.does(f"/notebooks/{notebook}/entries", {"title": "Page"})


def _revise_own(lab: Laboratory, who: Visitor) -> int:
    made = who.ask(
        "POST", f"/notebooks/{_granted(lab, who, 'contributor')[0]}/entries", {"title": "P", "first": page("x")}
    )
    return made.status_code if made.status_code >= 400 else who.revise(made.json()["id"]).status_code


def _revise_colleague(lab: Laboratory, who: Visitor) -> int:
    return who.revise(lab.page(lab.ada)).status_code


def _revise_as_contributor(lab: Laboratory, who: Visitor) -> int:
    return who.revise(_granted(lab, who, "contributor")[1]).status_code


def _revise_as_reader(lab: Laboratory, who: Visitor) -> int:
    return who.revise(_granted(lab, who, "reader")[1]).status_code


def _revise_signed_as_contributor(lab: Laboratory, who: Visitor) -> int:
    entry = _granted(lab, who, "contributor")[1]
    lab.send(entry)
    lab.ada.sign(entry)
    lab.ada.until(f"/entries/{entry}", lambda at: at["state"] == "signed")
    return who.revise(entry).status_code


def _strike_out_colleague(lab: Laboratory, who: Visitor) -> int:
    return who.does(f"/entries/{_granted(lab, who, 'contributor')[1]}/strike-out", {"reason": "doublon"})


def _be_named(role: str) -> Cell:
    def named(lab: Laboratory, who: Visitor) -> int:
        entry = _granted(lab, who, "reader")[1]
        body = {"stages": stages(lab.ada, **{"witness": None, "approver": None, role: who})}
        sent = lab.ada.ask("POST", f"/entries/{entry}/circuit", body)
        if sent.status_code >= 400:
            return sent.status_code
        lab.ada.sign(entry)
        assert who.sign(entry)["state"] == "signed"
        return 200

    return named


def _sign_for_another(lab: Laboratory, who: Visitor) -> int:
    circuit = lab.send(lab.page(lab.ada))
    return who.does("/signing/ceremonies", {"steps": [circuit["steps"][0]["id"]]})


def _send_colleagues_page(lab: Laboratory, who: Visitor) -> int:
    return who.does(f"/entries/{lab.page(lab.ada)}/circuit", {"stages": stages(lab.ada, None, None)})


def _share_colleagues_page(lab: Laboratory, who: Visitor) -> int:
    return who.does(f"/entries/{lab.page(lab.ada)}/grants", {"person": lab.sam.id, "level": "reader"})


def _enter_person(lab: Laboratory, who: Visitor) -> int:
    return who.does("/people", {"person": somebody(), "structure": lab.team})


def _give(role: str, place: str) -> Cell:
    return lambda lab, who: who.does(
        f"/people/{lab.sam.id}/roles",
        {"role": role, "structure": getattr(lab, place), "from_date": "2020-01-01", "until_date": "2020-01-02"},
    )


def _record_departure(place: str) -> Cell:
    def record(lab: Laboratory, who: Visitor) -> int:
        made = lab.admin.make("/people", {"person": somebody(), "structure": getattr(lab, place)})
        return who.does(f"/people/{made['person']['id']}/departure")

    return record


def _add_structure(kind: str, parent: str) -> Cell:
    def add(lab: Laboratory, who: Visitor) -> int:
        above = getattr(lab, parent) if parent else lab.admin.get("/structures", limit=1)["items"][0]["id"]
        code = f"X{somebody()['mail'][1:9]}"
        return who.does("/structures", {"kind": kind, "parent": above, "code": code, "name": code})

    return add


def _cell(act: Cell, researcher: int, lead: int, partner: int, admin: int | None) -> tuple[Cell, dict[str, int | None]]:
    return act, dict(zip(ROLES, (researcher, lead, partner, admin), strict=True))


MATRIX: dict[str, tuple[Cell, dict[str, int | None]]] = {
    # read content: own team unless restricted · all under the structure · only what is granted · none
    "read_a_page_of_the_team": _cell(_read_team, 200, 200, 404, 404),
    "read_a_restricted_page_of_the_team": _cell(_read_restricted, 404, 200, 404, 404),
    "read_a_page_of_another_team": _cell(_read_other_team, 404, 200, 404, 404),
    "read_a_page_of_another_unit": _cell(_read_other_unit, 404, 404, 404, 404),
    "read_a_granted_page": _cell(_read_granted, 200, 200, 200, None),
    # write own: yes · yes · as contributor · never
    "open_a_notebook": _cell(_open_notebook, 201, 201, 403, 403),
    "add_a_page_as_contributor": _cell(_add_page_as_contributor, 201, 201, 201, 403),
    "add_a_page_as_reader": _cell(_add_page_as_reader, 403, 403, 403, 403),
    "revise_an_own_page": _cell(_revise_own, 201, 201, 201, 403),
    # write others': as contributor until signed · never · as contributor · never
    "revise_a_colleagues_page": _cell(_revise_colleague, 403, 403, 404, 404),
    "revise_as_contributor": _cell(_revise_as_contributor, 201, 403, 201, 403),
    "revise_as_reader": _cell(_revise_as_reader, 403, 403, 403, 403),
    "revise_a_signed_page_as_contributor": _cell(_revise_signed_as_contributor, 409, 403, 409, 403),
    "strike_out_a_colleagues_page": _cell(_strike_out_colleague, 403, 403, 403, 403),
    # sign: own and when named · as approver · when named · never
    "sign_as_witness_when_named": _cell(_be_named("witness"), 200, 200, 200, 422),
    "sign_as_approver_when_named": _cell(_be_named("approver"), 200, 200, 200, 422),
    "sign_for_another": _cell(_sign_for_another, 403, 403, 404, 404),
    "send_a_colleagues_page": _cell(_send_colleagues_page, 403, 403, 404, 404),
    "share_a_colleagues_page": _cell(_share_colleagues_page, 403, 201, 404, 404),
    # manage people: – · open, give roles under the structure · – · region admins (and, on one machine, everyone)
    "enter_a_person": _cell(_enter_person, 403, 201, 403, 201),
    "give_a_researcher_role_in_the_unit": _cell(_give("researcher", "team"), 403, 201, 403, 201),
    "give_a_lead_role_in_the_unit": _cell(_give("lead", "unit"), 403, 201, 403, 201),
    "give_a_role_in_another_unit": _cell(_give("researcher", "other_unit"), 403, 403, 403, 201),
    "record_a_departure_from_the_unit": _cell(_record_departure("team"), 403, 200, 403, 200),
    "record_a_departure_from_another_unit": _cell(_record_departure("other_unit"), 403, 403, 403, 200),
    "give_a_region_admin_role": _cell(_give("region_admin", "region"), 403, 403, 403, 201),
    # manage structure: – · teams of the unit · – · regions
    "add_a_team_to_the_unit": _cell(_add_structure("team", "unit"), 403, 201, 403, 201),
    "add_a_team_to_another_unit": _cell(_add_structure("team", "other_unit"), 403, 403, 403, 201),
    "add_a_unit": _cell(_add_structure("unit", "region"), 403, 403, 403, 201),
    "add_a_region": _cell(_add_structure("region", ""), 403, 403, 403, 201),
}


def _cells() -> list[Any]:
    return [
        pytest.param(act, role, expected, id=f"{role}-{name}")
        for name, (act, row) in MATRIX.items()
        for role, expected in row.items()
        if expected is not None
    ]


@pytest.mark.parametrize(("act", "role", "expected"), _cells())
def test_a_cell_of_the_matrix(lab: Laboratory, act: Cell, role: str, expected: int) -> None:
    """Default is deny: 404 for what one may not read, 403 for what one reads but may not do."""
    assert expected == act(lab, lab.people[ROLES[role]])
