"""Rights hold from their commit on, and end with it."""

import pytest

from contracts.errors import Forbidden, NotFound
from contracts.identifiers import PersonId
from services.entries.domain.grants import Beneficiary, Target
from tests.builders.entries import Institution, caller


def reads(lab: Institution, person: PersonId, entry: str) -> bool:
    """Say whether a person may read an entry."""
    try:
        lab.read.get_entry(caller(person), entry=entry, reference=None)
    except NotFound:
        return False
    return True


def test_a_team_reads_its_notebooks_unless_restricted(lab: Institution) -> None:
    """Restricting denies at once; the lead above keeps reading."""
    notebook = lab.notebook()
    entry = lab.entry(notebook.id).entry
    stranger = lab.person("Sam Stranger", "researcher", at=lab.other_team)
    before = [reads(lab, who, entry.id) for who in (lab.researcher, lab.colleague, lab.lead, lab.admin, stranger)]

    lab.write.change_notebook(caller(lab.researcher), notebook=notebook.id, version=1, title=None, restricted=True)

    after = [reads(lab, who, entry.id) for who in (lab.researcher, lab.colleague, lab.lead, lab.admin, stranger)]
    assert [True, True, True, False, False] == before
    assert [True, False, True, False, False] == after
    shown = lab.read.get_entry(caller(lab.lead), entry=entry.id, reference=None).entry
    assert shown.change_number == entry.change_number + 1


def test_a_share_opens_at_once_and_its_end_closes_at_once(lab: Institution) -> None:
    """A right that is lost is gone from the next read on."""
    notebook = lab.notebook(restricted=True)
    entry = lab.entry(notebook.id).entry.id
    partner = lab.person("Pia Partner", "partner", at=lab.other_team)
    target = Target(notebook=notebook.id)
    before = reads(lab, partner, entry)
    grant = lab.write.give_grant(
        caller(lab.researcher), target=target, beneficiary=Beneficiary(person=partner), level="reader", until_date=None
    )
    during = reads(lab, partner, entry)

    lab.write.revoke_grant(caller(lab.lead), grant=grant.id)

    assert [False, True, False] == [before, during, reads(lab, partner, entry)]
    assert [] == lab.read.list_grants(caller(lab.researcher), target=target, after=None, limit=10)


def test_a_share_with_a_team_reaches_who_joins_later(lab: Institution) -> None:
    """Labels of a newcomer follow in the commit of the affiliation."""
    notebook = lab.notebook(restricted=True)
    entry = lab.entry(notebook.id).entry.id
    lab.write.give_grant(
        caller(lab.researcher), target=Target(entry=entry), beneficiary=Beneficiary(structure=lab.other_team),
        level="contributor", until_date=None,
    )  # fmt: skip
    newcomer = lab.person("Noé Nouveau", "researcher", at=lab.other_team)

    shown = lab.read.get_entry(caller(newcomer), entry=entry, reference=None)

    assert "write" in shown.may
    assert "sign" in shown.may


def test_only_who_may_gives_roles_and_adds_structures(lab: Institution) -> None:
    """A researcher manages nobody; a lead gives roles under their structure only."""
    for who in (lab.researcher, lab.colleague):
        with pytest.raises(Forbidden):
            lab.write.give_role(
                caller(who), person=who, role="lead", structure=lab.unit, from_date=None, until_date=None
            )
    held = lab.write.give_role(
        caller(lab.lead), person=lab.colleague, role="lead", structure=lab.team, from_date=None, until_date=None
    )
    with pytest.raises(Forbidden):
        lab.write.give_role(
            caller(lab.lead), person=lab.colleague, role="lead", structure=lab.root, from_date=None, until_date=None
        )

    assert {"researcher", "lead"} == {role.name for role in held.roles}


def test_people_are_found_without_accents(lab: Institution) -> None:
    """`rene` finds René."""
    found = lab.read.find_people(caller(lab.lead), words="rene", after=None, limit=10)

    assert [lab.researcher] == [person.id for person in found]


def test_leads_of_an_entry_come_nearest_first(lab: Institution) -> None:
    """A mail goes to the nearest lead."""
    near = lab.person("Thea Team", "lead", at=lab.team)
    entry = lab.entry(lab.notebook().id).entry.id

    assert [near, lab.lead] == [person.id for person in lab.read.leads_of(entry)]
