"""What every index promises, whatever the engine."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from contracts.errors import Invalid
from contracts.identifiers import AccessLabel, NotebookId, PersonId, StructureId
from services.search.domain.page import FileText, IndexedField, TextPlace
from services.search.domain.query import FacetName, Filters
from services.search.ports import RebuildProgress
from tests.builders.libraries import READER, Library
from tests.builders.pages import SPRING, attached, held, page

FACETS = get_args(FacetName)
GEL = page(1, title="Électrophorèse sur gel d'agarose", text="Les échantillons marquées ont migré à 100 V.",
           fields=(IndexedField("Température (°C)", "37 °C"), IndexedField("tampon", "TAE"),
                   IndexedField("récolté", "2026-02-20")))  # fmt: skip
BUFFER = page(2, title="Buffer", text="Dissolve Na₂HPO₄·7H2O, then the extracted α-synuclein, IL-6 and TNFα.",
              tags=("tampon", "Western blot"), comments=("Vérifier la β-actine",), team=StructureId("team-1"),
              team_name="Équipe Protéines", created_at=SPRING + timedelta(days=40))  # fmt: skip
REPORT = page(3, title="Rapport", text="Voir U1234-2026-007/1 et le lot 4711-B.", files=(attached("résultats.csv"),))


@pytest.fixture(autouse=True)
def filled(library: Library) -> None:
    """Index three pages that the reader may read."""
    library.put(GEL, BUFFER, REPORT)
    library.let(READER, held())


@pytest.mark.parametrize(
    ("q", "titles"),
    [
        ("electrophorese", {GEL.title}),
        ("ÉLECTROPHORÈSES", {GEL.title}),
        ("échantillon", {GEL.title}),
        ("marquee", {GEL.title}),
        ("extract", {"Buffer"}),
        ("Na2HPO4", {"Buffer"}),
        ("alpha-synuclein", {"Buffer"}),
        ("synuclein", {"Buffer"}),
        ("tampon", {GEL.title, "Buffer"}),
        ("4711-b", {"Rapport"}),
        ("resultats.csv", {"Rapport"}),
        ("U1234-2026-007/2", {"Buffer"}),
        ("electro*", {GEL.title}),
        ("syn*", {"Buffer"}),
        ('"sur gel"', {GEL.title}),
        ('"gel sur"', set()),
        ("gel buffer", set()),
        ("gel OR buffer", {GEL.title, "Buffer"}),
        ("beta-actine", {"Buffer"}),
        ("IL6", {"Buffer"}),
        ("il-6", {"Buffer"}),
        ("TNF-α", {"Buffer"}),
        ("tnfalpha", {"Buffer"}),
        ('"échantillon"', set()),
        ('"échantillons marquees"', {GEL.title}),
        ("prévost -gel", {"Buffer", "Rapport"}),
        ("prevost -(gel OR buffer)", {"Rapport"}),
        ("-gel", {"Buffer", "Rapport"}),
        ("la buffer", {"Buffer"}),
        ("", {GEL.title, "Buffer", "Rapport"}),
        ("unobtainium", set()),
        ("author:prévost gel", {GEL.title}),
        ('author:"Ada Prévost" -buffer', {GEL.title, "Rapport"}),
        ("author:ada OR author:wim", {GEL.title, "Buffer", "Rapport"}),
        ("notebook:U1234-2026-007 -notebook:U9", {GEL.title, "Buffer", "Rapport"}),
        ("notebook:biochimie ref:U1234-2026-007/2", {"Buffer"}),
        ("unit:u1234 team:protéines", {"Buffer"}),
        ("ref:3", {"Rapport"}),
        ('tag:"western blot"', {"Buffer"}),
        ("tag:west*", {"Buffer"}),
        ("tag:western", set()),
        ("state:open type:csv", {"Rapport"}),
        ("type:spreadsheet", {"Rapport"}),
        ("state:annulé", set()),
        ("has:attachment OR has:comment", {"Buffer", "Rapport"}),
        ("-has:attachment", {GEL.title, "Buffer"}),
        ("has:signature", set()),
        ("in:attachments resultats", {"Rapport"}),
        ("in:attachments gel", set()),
        ("on:2026-03", {GEL.title, "Rapport"}),
        ("on:2026-03-01 OR after:2026-03", {GEL.title, "Buffer", "Rapport"}),
        ("before:2026-04 -gel", {"Rapport"}),
        ("field.temperature:>36.5°C", {GEL.title}),
        ("field.temperature:>310K field.temperature:<=37", {GEL.title}),
        ("field.temperature:>37", set()),
        ("field.temperature:35..40 gel", {GEL.title}),
        ("-field.temperature:37°C", {"Buffer", "Rapport"}),
        ("field.temperature:>5mL", set()),
        ("field.recolte:<2026-03-01", {GEL.title}),
        ("field.tampon:tae", {GEL.title}),
        ("(field.tampon:tae OR tag:tampon) -has:attachment", {GEL.title, "Buffer"}),
    ],
)
def test_a_page_is_found_by_its_words(library: Library, q: str, titles: set[str]) -> None:
    """Accents, plurals, formulas, references and operators behave as people expect in both languages."""
    found = library.find(q)

    assert titles == {hit.page.title for hit in found.hits}
    assert len(titles) == found.total


def test_a_phrase_never_reaches_over_the_end_of_a_section(library: Library) -> None:
    """The last word of a title and the first of a text were never written in a row."""
    assert library.titles('"agarose les"') == []


def test_the_title_weighs_more_than_the_text(library: Library) -> None:
    """Who looks for a page by its title wants it first."""
    library.put(page(4, title="Notes", text="chromatographie"), page(5, title="Chromatographie", text="notes"))

    assert library.titles("chromatographie")[0] == "Chromatographie"


def test_a_snippet_marks_what_matched(library: Library) -> None:
    """Ranges are code points of the snippet's own text, accents and all."""
    hit = library.find("echantillon").hits[0]
    snippet = next(one for one in hit.snippets if one.place == "text")

    assert ["échantillons"] == [snippet.text[start:end] for start, end in snippet.ranges]


def test_what_is_written_in_a_file_is_found_and_its_place_named(library: Library) -> None:
    """Page and cell: a reader opens the file where the words are (product §6)."""
    sheet, letter = attached("mesures.xlsx"), attached("lettre.pdf")
    library.put(page(4, title="Fichiers", files=(sheet, letter)))
    with library.open_unit() as unit:
        assert {REPORT.files[0].sha256, sheet.sha256, letter.sha256} == set(unit.wanted_texts(10))
        unit.put_text(
            FileText(sheet.sha256, (TextPlace("Feuil1!A1", "dose"), TextPlace("Feuil1!B4", "cycloheximide 5 µM")))
        )
        unit.put_text(FileText(letter.sha256, (TextPlace("p. 3", "Nos dosages de la chloroquine."),)))
        unit.await_text(REPORT.files[0].sha256)
        assert {one.entry for one in unit.queued(10)} == {page(4).entry}
        assert unit.wanted_texts(10) == ()
        unit.commit()
    library.put(page(4, title="Fichiers", files=(sheet, letter)))

    (cell,) = library.find("cycloheximide").hits[0].snippets
    (passage,) = library.find("in:attachments dosage chloroquine").hits[0].snippets

    assert ("attachment", "mesures.xlsx", "Feuil1!B4") == (cell.place, cell.file, cell.label)
    assert ("lettre.pdf", "p. 3") == (passage.file, passage.label)
    assert {"dosages", "chloroquine"} == {passage.text[start:end] for start, end in passage.ranges}
    assert library.titles('"dose cycloheximide"') == []


def test_what_is_written_as_asked_comes_before_what_only_shares_a_stem(library: Library) -> None:
    """Who types a plural looks for the plural first."""
    library.put(page(4, title="A", text="tubes rouges"), page(5, title="B", text="tube rouge"))

    assert library.titles("tube rouge") == ["B", "A"]
    assert library.titles("tubes rouges") == ["A", "B"]


def test_a_snippet_is_short_and_around_the_match(library: Library) -> None:
    """A page of many words shows the two lines that matter."""
    library.put(page(6, title="Long", text="bruit " * 3000 + "protéasome " + "bruit " * 3000))

    (snippet,) = library.find("proteasome").hits[0].snippets

    assert len(snippet.text) <= 200
    assert "protéasome" in snippet.text


def test_who_holds_no_label_finds_and_counts_nothing(library: Library) -> None:
    """Counts, facets and hits never betray a hidden page."""
    found = library.find("gel", person=PersonId("stranger"), facets=("state", "author"))

    assert (0, (), (), ()) == (found.total, found.hits, found.facets["state"], found.facets["author"])


@pytest.mark.parametrize(
    ("label", "readable"),
    [
        (held(days_left=0), True),
        (held(days_ago=0), True),
        (held(days_left=-1), False),
        (held(days_ago=-1), False),
        (held("notebook:another"), False),
    ],
)
def test_a_label_opens_from_its_first_to_its_last_day(library: Library, label: object, readable: bool) -> None:
    """`until` is inclusive (decisions 4); an expired grant needs no event to end."""
    library.let(READER, label)

    assert readable == bool(library.find("gel").total)


def test_a_denied_page_is_hidden_whatever_its_labels(library: Library) -> None:
    """Restricting a notebook hides it at once, before its entries are relabelled."""
    with library.open_unit() as unit:
        unit.hide_notebook(NotebookId("notebook-1"))
        unit.queue_notebook(NotebookId("notebook-1"))
        unit.commit()

    assert library.find().total == 0

    with library.open_unit() as unit:
        unit.finish(unit.queued(10))
        unit.commit()
    assert library.find().total == 3


def test_facets_count_exactly_what_is_found(library: Library) -> None:
    """The numbers beside a facet are those one gets by clicking it."""
    files = (attached("a.PDF"), attached("b.pdf"), attached("photo", media_type="image/jpeg"))
    team = {"team": StructureId("team-1"), "team_name": "Protéines", "tags": ("pcr", "gel")}
    library.put(page(4, text="gel", state="sealed", created_at=SPRING + timedelta(days=40), files=files, **team))

    facets = library.find("gel", facets=FACETS).facets

    assert {("open", 1), ("sealed", 1)} == {(one.value, one.count) for one in facets["state"]}
    assert [("U1234-2026-007", 2)] == [(one.label, one.count) for one in facets["notebook"]]
    assert [("Ada Prévost", 2)] == [(one.label, one.count) for one in facets["author"]]
    assert {("2026-03", 1), ("2026-04", 1)} == {(one.value, one.count) for one in facets["year_month"]}
    assert [("unit-1", "U1234", 2)] == [(one.value, one.label, one.count) for one in facets["unit"]]
    assert [("team-1", "Protéines", 1)] == [(one.value, one.label, one.count) for one in facets["team"]]
    assert [("jpg", 1), ("pdf", 1)] == [(one.value, one.count) for one in facets["file_type"]]
    assert [("gel", 1), ("pcr", 1)] == [(one.value, one.count) for one in facets["tag"]]


@pytest.mark.parametrize(
    ("filters", "total"),
    [
        (Filters(state="open"), 3),
        (Filters(state="sealed"), 0),
        (Filters(notebook=NotebookId("notebook-1"), author=PersonId("ada")), 3),
        (Filters(author=PersonId("o'brien")), 0),
        (Filters(team=StructureId("team-1"), tag="tampon"), 1),
        (Filters(file_type="csv"), 1),
        (Filters(year_month="2026-04"), 1),
    ],
)
def test_filters_narrow(library: Library, filters: Filters, total: int) -> None:
    """Filters and words are all required."""
    assert total == library.find(filters=filters).total


@pytest.mark.parametrize(("q", "sort"), [("", "newest"), ("commun", "relevance"), ("commun", "newest")])
def test_slices_miss_and_double_nothing_while_pages_are_written(library: Library, q: str, sort: str) -> None:
    """Keyset paging: a page that appears in front moves nothing behind the cursor."""
    library.put(*(page(number, text="commun " * (1 + number % 3)) for number in range(10, 22)))
    seen, after = [], None
    while True:
        found = library.find(q, sort=sort, limit=5, after=after)
        seen += [hit.page.number for hit in found.hits]
        library.put(page(100 + len(seen), title="commun", text="commun"))
        if (after := found.after) is None:
            break

    old = [number for number in seen if 10 <= number < 22]
    assert sorted(old) == list(range(10, 22))


def test_a_cursor_of_another_order_is_refused(library: Library) -> None:
    """Its keys would compare relevance with dates."""
    library.put(*(page(number, text="commun") for number in range(10, 15)))
    after = library.find("commun", limit=2).after

    with pytest.raises(Invalid):
        library.find("commun", sort="newest", limit=2, after=after)


def test_an_older_change_never_overwrites_a_newer_one(library: Library) -> None:
    """Events arrive in any order; the change number decides (decisions 1)."""
    library.put(replace(GEL, change_number=5, title="Neuf"), replace(GEL, change_number=4, title="Vieux"))

    assert library.titles("neuf") == ["Neuf"]
    assert library.titles("vieux") == []


def test_the_same_change_twice_is_taken_and_changes_nothing(library: Library) -> None:
    """A redelivery is harmless."""
    with library.open_unit() as unit:
        assert {GEL.entry} == unit.put([GEL])
        assert {GEL.entry} == unit.put([GEL])
        unit.commit()

    assert library.find("gel").total == 1


def test_nothing_is_kept_without_commit(library: Library) -> None:
    """Leaving a unit of work early rolls it back."""
    with library.open_unit() as unit:
        unit.put([page(9, title="Jamais")])

    assert library.titles("jamais") == []


def test_the_later_ticket_wins_however_late_the_earlier_pull_ends(library: Library) -> None:
    """A revocation must not be undone by a slow answer from before it."""
    with library.open_unit() as unit:
        first, second = unit.want_labels(READER), unit.want_labels(READER)
        unit.put_labels(READER, (), ticket=second)

        assert not unit.put_labels(READER, (held(),), ticket=first)
        unit.commit()

    assert library.find("gel").total == 0


def test_labels_are_fresh_only_after_the_newest_ticket_was_served(library: Library) -> None:
    """Between a change of rights and its pull no search may use the old labels."""
    with library.open_unit() as unit:
        assert not unit.labels_are_fresh(PersonId("stranger"))
        assert unit.labels_are_fresh(READER)

        ticket = unit.want_labels(READER)
        assert not unit.labels_are_fresh(READER)

        unit.put_labels(READER, (held(),), ticket=ticket)
        assert unit.labels_are_fresh(READER)

        unit.want_everybodys_labels()
        assert not unit.labels_are_fresh(READER)


def test_two_labels_of_one_day_keep_the_longer_one(library: Library) -> None:
    """A role for good and a grant for a day may give the same label."""
    library.let(READER, held(), held(days_left=-1))

    assert library.find("gel").total == 1


def test_a_queued_page_leaves_the_queue_only_by_its_last_ticket(library: Library) -> None:
    """A notebook changed while its pages were pulled is pulled once more."""
    with library.open_unit() as unit:
        unit.queue_notebook(NotebookId("notebook-1"))
        waiting = unit.queued(10)
        unit.queue_notebook(NotebookId("notebook-1"))
        unit.finish(waiting)

        assert {GEL.entry, BUFFER.entry, REPORT.entry} == {one.entry for one in unit.queued(10)}

        unit.finish(unit.queued(10))
        assert unit.queued(10) == ()


def test_the_walk_over_all_entries_remembers_where_it_is(library: Library) -> None:
    """A stop in the middle of a rebuild resumes there."""
    with library.open_unit() as unit:
        assert unit.rebuild_progress() == RebuildProgress()
        unit.save_rebuild_progress(RebuildProgress(cursor="here", walked=7))
        done = RebuildProgress(serving=2, building=None, walked=9, all_walked=True, shape="one")
        unit.save_rebuild_progress(done)
        assert unit.rebuild_progress() == done


def test_a_new_generation_serves_whole_and_forgets_what_it_did_not_meet(library: Library) -> None:
    """The old one answers until then; pages put meanwhile are in both."""
    serving = RebuildProgress(serving=1, building=None, walked=3, all_walked=True)
    library.save(serving)
    library.index.begin(2)
    library.save(replace(serving, building=2))
    library.put(GEL, replace(BUFFER, change_number=2, title="Neuf"))

    assert 3 == library.find().total

    library.index.swap(2)
    assert {GEL.title, "Neuf"} == {hit.page.title for hit in library.find().hits}
    assert ((GEL.entry, 1), (BUFFER.entry, 2)) == library.index.changes(None, 10)
    assert ((BUFFER.entry, 2),) == library.index.changes(GEL.entry, 10)


def test_a_monstrous_page_is_indexed_as_far_as_it_fits(library: Library) -> None:
    """A dump of random words must not stop the queue behind it."""
    text = "début " + " ".join(f"mot{number:x}é" for number in range(60_000)) + " \x00 fin"

    library.put(page(7, title="Monstre", text=text))

    assert library.titles("debut") == ["Monstre"]


def test_hostile_text_is_only_text(library: Library) -> None:
    """Quotes, operators and markup of two query languages are words or nothing."""
    library.put(page(8, title="a'b & !c | (d) <-> :* \\ %s :x", labels=(AccessLabel("notebook:notebook-1"),)))

    assert library.titles('"a\'b"') == ["a'b & !c | (d) <-> :* \\ %s :x"]
    assert library.find("%s").total >= 1
