"""A repeat under the same key gets the first answer, and nothing happens twice."""

from collections.abc import Callable
from typing import Any

import pytest

from contracts.errors import Conflict, Invalid
from contracts.identifiers import CircuitId, PersonId
from services.entries.domain.caller import Caller
from services.entries.domain.grants import Beneficiary, Target
from services.entries.domain.people import PersonFields
from services.entries.use_cases.create_structure import NewStructure
from services.entries.use_cases.follow_signing import Message
from tests.builders.entries import Institution, caller, page

CIRCUIT = CircuitId("circuit-1")
Act = Callable[[Caller], Any]


def _acts(lab: Institution) -> dict[str, tuple[PersonId | None, Act]]:
    """Return an act of each kind, over things made for it."""
    notebook, open_notebook = lab.notebook(), lab.notebook()
    revised, struck = (lab.entry(notebook.id).entry.id for _ in range(2))
    write, nobody = lab.write, {"from_date": None, "until_date": None}
    person = PersonFields(display_name="Nina Neuve", mail="nina@demo.example")
    share = {"target": Target(notebook=notebook.id), "beneficiary": Beneficiary(person=lab.lead), "level": "reader"}
    return {
        "structure": (lab.admin, lambda by: write.create_structure(by, new=NewStructure("team", lab.unit, "NEW", "N"))),
        "person": (lab.lead, lambda by: write.create_person(by, fields=person, structure=lab.team)),
        "affiliation": (lab.lead, lambda by: write.add_affiliation(
            by, person=lab.colleague, structure=lab.other_team, **nobody)),
        "role": (lab.lead, lambda by: write.give_role(
            by, person=lab.colleague, role="researcher", structure=lab.other_team, **nobody)),
        "departure": (lab.lead, lambda by: write.record_departure(by, person=lab.colleague)),
        "notebook": (lab.researcher, lambda by: write.open_notebook(
            by, structure=lab.team, title="Cahier", restricted=False)),
        "title": (lab.researcher, lambda by: write.change_notebook(
            by, notebook=notebook.id, version=1, title="Autre", restricted=None)),
        "closing": (lab.researcher, lambda by: write.close_notebook(by, notebook=open_notebook.id, reopen=False)),
        "entry": (lab.researcher, lambda by: write.create_entry(
            by, notebook=notebook.id, entry=None, title="Vide", first=None)),
        "revision": (lab.researcher, lambda by: write.append_revision(
            by, entry=revised, expected_head=1, written=page("deux"))),
        "share": (lab.researcher, lambda by: write.give_grant(by, **share, until_date=None)),
        "striking_out": (lab.researcher, lambda by: write.strike_out(by, entry=struck, reason="doublon")),
    }  # fmt: skip


@pytest.mark.parametrize(
    "kind",
    ["structure", "person", "affiliation", "role", "departure", "notebook", "title", "closing", "entry", "revision", "share",
     "striking_out"],
)  # fmt: skip
def test_a_repeat_gets_the_first_answer(lab: Institution, kind: str) -> None:
    """A client that lost the reply asks again; under the same key, something else is a mistake."""
    who, act = _acts(lab)[kind]

    first = act(caller(who, key="k", method=kind))

    assert _kept(first) == _kept(act(caller(who, key="k", method=kind)))
    with pytest.raises(Invalid):
        act(caller(who, key="k", method=kind, digest="1" * 64))


def _kept(answer: Any) -> Any:
    """Return what of an answer must be the same: the thing itself."""
    shown = getattr(answer, "entry", answer)
    return getattr(shown, "id", shown) if not hasattr(answer, "person") else answer.person.id


def test_an_institution_is_set_up_once(lab: Institution) -> None:
    """One installation is one institution (decisions.md 7)."""
    admin = PersonFields(display_name="Autre", mail="autre@demo.example")
    with pytest.raises(Conflict):
        lab.write.set_up_institution(caller(None, key="k"), code="X", name="Autre", admin=admin)


def test_the_end_of_a_share_is_told_once(lab: Institution) -> None:
    """The second time there is no share left to end, and no error either."""
    target = Target(notebook=lab.notebook().id)
    grant = lab.write.give_grant(
        caller(lab.researcher), target=target, beneficiary=Beneficiary(person=lab.lead), level="reader", until_date=None
    )
    for _ in range(2):
        lab.write.revoke_grant(caller(lab.researcher, key="k"), grant=grant.id)

    assert [] == lab.read.list_grants(caller(lab.researcher), target=target, after=None, limit=10)


def test_news_of_a_circuit_that_is_over_change_nothing(lab: Institution) -> None:
    """Seal and return come over the bus: late, twice, or of another circuit."""
    entry = lab.entry(lab.notebook().id).entry.id
    lab.write.freeze(caller(None), entry=entry, revision=None, circuit=CIRCUIT, by=lab.researcher)
    another = {"entry": entry, "circuit": CircuitId("another")}
    mine = {"entry": entry, "circuit": CIRCUIT}
    lab.write.return_entry(caller(None), message=Message("returned", "m1"), **another)
    lab.write.seal_entry(caller(None), message=Message("sealed", "m2"), **another, alone=False)
    seen = []
    for _ in range(2):
        seen.append(lab.read.get_entry(caller(lab.researcher), entry=entry, reference=None).entry)
        lab.write.return_entry(caller(None), message=Message("returned", "m3"), **mine)

    assert ["in_circuit", "returned"] == [one.state for one in seen]
    assert seen[1] == lab.read.get_entry(caller(lab.researcher), entry=entry, reference=None).entry
