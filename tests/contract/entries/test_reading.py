"""What may be read is shown; what may not is as if it were not there."""

import pytest

from contracts.errors import NotFound
from contracts.identifiers import CircuitId, EntryId, RevisionNumber, StructureId
from services.entries.domain.grants import Beneficiary, Target
from services.entries.domain.views import Sought
from tests.builders.entries import Institution, StorageDouble, caller, named, page


def test_a_reader_lists_what_a_stranger_does_not_find(lab: Institution) -> None:
    """Notebook, pages, versions: one rule for all."""
    notebook = lab.notebook()
    entry = lab.entry(notebook.id).entry.id
    stranger = caller(lab.person("Sam Stranger", "researcher", at=lab.other_team))
    reader = caller(lab.colleague)

    assert notebook.reference == lab.read.get_notebook(reader, notebook=notebook.id, reference=None).reference
    assert [notebook.id] == [one.id for one in lab.read.list_notebooks(reader, structure=None, after=None, limit=9)]
    assert [] == lab.read.list_notebooks(stranger, structure=None, after=None, limit=9)
    assert [entry] == [
        one.entry.id for one in lab.read.list_entries(reader, notebook=notebook.id, sought=Sought(), after=0, limit=9)
    ]
    assert [1] == [one.number for one in lab.read.list_revisions(reader, entry=entry, below=None, limit=9)]
    for look in (
        lambda: lab.read.get_notebook(stranger, notebook=notebook.id, reference=None),
        lambda: lab.read.list_entries(stranger, notebook=notebook.id, sought=Sought(), after=0, limit=9),
        lambda: lab.read.list_revisions(stranger, entry=entry, below=None, limit=9),
        lambda: lab.read.get_revision(stranger, entry=entry, number=RevisionNumber(1)),
        lambda: lab.read.get_revision(reader, entry=entry, number=RevisionNumber(9)),
        lambda: lab.read.get_attachment(reader, entry=entry, number=RevisionNumber(1), name="nothing.csv"),
    ):
        with pytest.raises(NotFound):
            look()


def test_an_attachment_is_a_signed_url_for_whoever_reads_its_page(lab: Institution, storage: StorageDouble) -> None:
    """Bytes never pass through this house: it decides, storage signs."""
    stored = storage.has("u1", owner=lab.researcher)
    entry = lab.entry(lab.notebook().id).entry.id
    written = page(files=(named("mesures.csv", upload="u1"),))
    lab.write.append_revision(caller(lab.researcher), entry=entry, expected_head=1, written=written)

    found = lab.read.get_attachment(caller(lab.colleague), entry=entry, number=RevisionNumber(2), name="mesures.csv")

    assert found.url.endswith(stored.sha256)


def test_houses_decide_and_describe_by_the_same_rule(lab: Institution) -> None:
    """What nobody knows nobody reads; what is sealed nobody writes."""
    notebook = lab.notebook()
    entry = lab.entry(notebook.id).entry.id
    decide = lab.read.decide
    unknown = decide(person=lab.researcher, action="read", entry=EntryId("nothing"))
    open_ = decide(person=lab.researcher, action="write", entry=entry)
    circuit = CircuitId("circuit-1")
    lab.write.freeze(caller(None), entry=entry, revision=None, circuit=circuit, by=lab.researcher)
    sent = decide(person=lab.researcher, action="send_into_circuit", entry=entry)

    assert (False, False) == (unknown.allowed, unknown.reads)
    assert (True, True) == (open_.allowed, open_.reads)
    assert (False, True) == (sent.allowed, sent.reads)
    described = lab.read.describe_entry(entry)
    assert (notebook.reference, lab.researcher) == (described.notebook_reference, described.entry.author.id)


def test_the_directory_is_open_inside_the_institution(lab: Institution) -> None:
    """Who is who and what stands where is no secret to colleagues."""
    tree = lab.read.list_structures(caller(lab.colleague), parent=None, after=None, limit=20)
    below = lab.read.list_structures(caller(lab.colleague), parent=lab.unit, after=None, limit=20)

    assert [lab.root, lab.unit] == [one.id for one in tree[:2]]
    assert {lab.team, lab.other_team} == {one.id for one in below}
    assert lab.colleague == lab.read.get_me(caller(lab.colleague)).person.id
    assert [lab.lead] == [one.id for one in lab.read.get_people([lab.lead])]


def test_labels_of_one_person_and_of_all_are_listed_for_the_index(lab: Institution) -> None:
    """Search filters by what entries says a person holds."""
    notebook = lab.notebook()
    lab.write.give_grant(
        caller(lab.researcher), target=Target(notebook=notebook.id), beneficiary=Beneficiary(person=lab.colleague),
        level="reader", until_date=None,
    )  # fmt: skip
    held, _ = lab.read.list_reader_labels(person=lab.colleague, after=None, limit=100)
    everybody, _ = lab.read.list_reader_labels(person=None, after=None, limit=100)

    assert {f"notebook:{notebook.id}", f"team:{lab.team}"} == {one.label for one in held}
    assert set(held) <= set(everybody)


def test_a_structure_is_named_to_anybody_inside(lab: Institution) -> None:
    """Pages and mails name it; one that is not there is said to be not there."""
    assert ("U1234", lab.root) == ((unit := lab.read.get_structure(caller(lab.colleague), lab.unit)).code, unit.parent)
    with pytest.raises(NotFound):
        lab.read.get_structure(caller(lab.colleague), StructureId("01890000-0000-7000-8000-000000000000"))


def test_two_versions_are_compared_for_readers_only(lab: Institution) -> None:
    """What changed tells what the page says."""
    entry = lab.entry(lab.notebook().id).entry.id
    lab.write.append_revision(caller(lab.researcher), entry=entry, expected_head=1, written=page("Température 39 °C"))
    numbers = {"before": RevisionNumber(1), "after": RevisionNumber(2)}
    stranger = lab.person("Sam Stranger", "researcher", at=lab.other_team)

    found = lab.read.compare_revisions(caller(lab.colleague), entry=entry, **numbers)

    assert [("removed", "37"), ("added", "39")] == [
        (one.op, one.text) for one in found.blocks[0].words if one.op != "same"
    ]
    with pytest.raises(NotFound):
        lab.read.compare_revisions(caller(stranger), entry=entry, **numbers)
    with pytest.raises(NotFound):
        lab.read.compare_revisions(caller(lab.colleague), entry=entry, **{**numbers, "after": RevisionNumber(3)})


def test_a_page_is_followed_by_its_readers_as_long_as_they_are(lab: Institution) -> None:
    """The stream asks again and again: a right that ends, ends it."""
    notebook = lab.notebook()
    entry = lab.entry(notebook.id).entry.id

    shown, reader = lab.read.watch_entry(caller(lab.colleague), entry=entry)
    lab.write.change_notebook(caller(lab.researcher), notebook=notebook.id, version=1, title=None, restricted=True)

    assert (entry, lab.colleague) == (shown.entry.id, reader.id)
    with pytest.raises(NotFound):
        lab.read.watch_entry(caller(lab.colleague), entry=entry)
