"""Who left reads nothing and does nothing any more; what they wrote stays theirs."""

import pytest

from contracts.errors import Conflict, Forbidden, Invalid, NotFound
from contracts.identifiers import CircuitId, PersonId
from services.entries.domain.grants import Beneficiary, Target
from services.entries.use_cases.create_structure import NewStructure
from tests.builders.entries import Institution, caller


def leave(lab: Institution, person: PersonId, *, by: PersonId | None = None) -> str:
    """Record a departure, by the lead unless said otherwise; return the status."""
    return lab.write.record_departure(caller(by or lab.lead), person=person).person.status


def test_all_that_opened_something_ends_at_once_and_every_page_stays(lab: Institution) -> None:
    """Team, notebook held, share: not one of them reads on; colleagues read the pages as before, by their author."""
    notebook, other = lab.notebook(), lab.notebook(by=lab.colleague, restricted=True)
    entry, shared = lab.entry(notebook.id).entry.id, lab.entry(other.id, by=lab.colleague).entry.id
    lab.write.give_grant(
        caller(lab.colleague), target=Target(notebook=other.id), beneficiary=Beneficiary(person=lab.researcher),
        level="reader", until_date=None,
    )  # fmt: skip

    assert "left" == leave(lab, lab.researcher)

    for page in (entry, shared):
        with pytest.raises(NotFound):
            lab.read.get_entry(caller(lab.researcher), entry=page, reference=None)
    assert ([], None) == lab.read.list_reader_labels(person=lab.researcher, after=None, limit=100)
    shown = lab.read.get_entry(caller(lab.colleague), entry=entry, reference=None).entry
    assert (lab.researcher, "René Chercheur") == (shown.author.id, shown.author.name)
    assert ["left"] == [one.status for one in lab.read.get_people([lab.researcher])]
    with pytest.raises(Forbidden):
        lab.notebook(by=lab.researcher)


def test_what_was_held_stays_on_record_and_a_repeat_changes_nothing(lab: Institution) -> None:
    """From when until when somebody was where is part of what a page proves."""
    before = lab.write.add_affiliation(
        caller(lab.lead), person=lab.researcher, structure=lab.other_team, from_date=None, until_date=None
    )
    first, again = (lab.write.record_departure(caller(lab.lead), person=lab.researcher) for _ in range(2))

    assert first == again
    assert (before.roles, before.affiliations) == (first.roles, first.affiliations)


def test_nobody_is_asked_to_sign_who_left(lab: Institution) -> None:
    """A signature that will never come would hold the page for ever."""
    entry = lab.entry(lab.notebook().id).entry.id
    leave(lab, lab.colleague)

    with pytest.raises(Invalid) as refused:
        lab.write.freeze(
            caller(None), entry=entry, revision=None, circuit=CircuitId("c"), by=lab.researcher,
            signers=(lab.researcher, lab.colleague),
        )  # fmt: skip

    assert lab.colleague in refused.value.fields[0].problem
    assert [lab.lead] == [one.id for one in lab.read.leads_of(entry)]


def test_a_lead_who_left_leads_nothing(lab: Institution) -> None:
    """Mails go to those who are there; nobody is let in by someone who is not."""
    entry = lab.entry(lab.notebook().id).entry.id

    leave(lab, lab.lead, by=lab.admin)

    assert [] == lab.read.leads_of(entry)
    with pytest.raises(Forbidden):
        leave(lab, lab.colleague)


def test_only_who_manages_every_place_of_theirs_records_a_departure(lab: Institution) -> None:
    """A lead does not shut out somebody who works elsewhere too; nobody shuts themselves out."""
    elsewhere = lab.write.create_structure(caller(lab.admin), new=NewStructure("unit", lab.root, "U9", "U9")).id
    foreign = lab.person("Flora Foreign", "researcher", at=elsewhere)
    both = lab.person("Béa Both", "researcher")
    lab.write.add_affiliation(caller(lab.admin), person=both, structure=elsewhere, from_date=None, until_date=None)

    for who, by in (
        (lab.colleague, lab.researcher), (foreign, lab.lead), (both, lab.lead), (lab.admin, lab.lead),
    ):  # fmt: skip
        with pytest.raises(Forbidden):
            leave(lab, who, by=by)
    for own in (lab.lead, lab.admin):
        with pytest.raises(Conflict):
            leave(lab, own, by=own)
    with pytest.raises(NotFound):
        leave(lab, PersonId("01890000-0000-7000-8000-000000000000"))
    assert ["left"] * 2 == [leave(lab, both, by=lab.admin), leave(lab, lab.colleague)]
