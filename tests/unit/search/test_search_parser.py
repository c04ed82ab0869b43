"""The query language: what it means, and where it says it stops making sense."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import Invalid
from services.search.domain.folding import fold, spellings, word, words
from services.search.domain.parser import DEEPEST_NESTING, LONGEST_QUERY, MOST_TERMS, parse
from services.search.domain.quantities import quantity
from services.search.domain.query import (
    Bound,
    Either,
    Every,
    Fact,
    Measured,
    Node,
    Term,
    Without,
    Written,
    all_words,
    positive_terms,
    without_stop_words,
    words_only,
)


def term(text: str, *, prefix: bool = False, quoted: bool = False) -> Term:
    """Return the term of a text."""
    return Term(words(text), prefix=prefix, quoted=quoted)


@pytest.mark.parametrize(
    ("q", "tree"),
    [
        ("  ", None),
        ("gel", term("gel")),
        ("gel agarose", Every((term("gel"), term("agarose")))),
        ('"gel d\'agarose"', term("gel d agarose", quoted=True)),
        ("gel OR bain sec", Either((term("gel"), Every((term("bain"), term("sec")))))),
        ("gel or bain", Every((term("gel"), term("or"), term("bain")))),
        ("-gel", Without(term("gel"))),
        ("bain -(gel OR sec)", Every((term("bain"), Without(Either((term("gel"), term("sec"))))))),
        ("électro*", term("électro", prefix=True)),
        ("U1234-2026-007/37", term("U1234 2026 007 37")),
        ("ADN - ARN", Every((term("ADN"), term("ARN")))),
        ("((gel))", term("gel")),
        ("pH 7.4", Every((term("pH"), term("7 4")))),
        ("IL-6", Term(words("IL 6"), joined=word("il6"))),
        ("state:scellé", Fact("state=sealed")),
        ("-has:attachment", Without(Fact("has=attachment"))),
        ("tag:west*", Fact("tag=west", prefix=True)),
        ('tag:"western blot"', Fact("tag=western-blot")),
        (
            "notebook:U1234-2026-007",
            Either(
                (
                    Fact("notebook=u1234-2026-007"),
                    Every(tuple(Fact(f"notebook={part}") for part in ("u1234", "2026", "007"))),
                )
            ),
        ),
        ("on:2026-03", Written(date(2026, 3, 1), date(2026, 4, 1))),
        ("before:2026", Written(None, date(2026, 1, 1))),
        ("after:2026-12-31", Written(date(2027, 1, 1), None)),
        ("gel in:attachments", replace(term("gel"), inside=True)),
        (
            "gel (bain OR -sec) state:open in:attachments",
            Every(
                (
                    replace(term("gel"), inside=True),
                    Either((replace(term("bain"), inside=True), Without(replace(term("sec"), inside=True)))),
                    Fact("state=open"),
                )
            ),
        ),
        (
            "(bain OR sec) in:attachments",
            Either((replace(term("bain"), inside=True), replace(term("sec"), inside=True))),
        ),
        ("-gel in:attachments", Without(replace(term("gel"), inside=True))),
        ("on:2026-03-01", Written(date(2026, 3, 1), date(2026, 3, 2))),
        ("on:2026-12", Written(date(2026, 12, 1), date(2027, 1, 1))),
        ("field.temperature:=37", Measured("temperature", Bound(37, included=True), Bound(37, included=True))),
        ("field.method:qPCR-rapide", Every((Fact("field-method=qpcr"), Fact("field-method=rapide")))),
        ("field.temperature:>37", Measured("temperature", Bound(37, included=False), None)),
        ("field.volume:<=0,5mL", Measured("volume", None, Bound(0.0005, included=True), "volume")),
        ("field.volume:10..20mL", Measured("volume", Bound(0.01, included=True), Bound(0.02, included=True), "volume")),
        ("field.method:PCR", Fact("field-method=pcr")),
    ],
)
def test_a_query_means_what_it_says(q: str, tree: object) -> None:
    """One tree a query, whatever the engine."""
    assert tree == parse(q)


@pytest.mark.parametrize(
    ("q", "column"),
    [
        ('gel "bain', 5), ("(gel", 1), ("gel)", 4), ("()", 1), ("OR gel", 1), ("gel OR", 5), ("gel OR OR bain", 5),
        ("*", 1), ("ge*l", 3), ("gel --bain", 5), ("gel -OR", 5), ("+++", 1), ("gel author:", 12),
        ("gel before:hier", 12), ("has:gold", 5), ("state:lost", 7), ("in:text gel", 1), ("in:attachments", 1),
        ("field.mass:>heavy", 12), ("field.v:1mL..2g", 9), ("as_of:2026", 7), ("field.°:5", 9), ("tag:+", 5), ("state:open in:attachments", 12),
        ("(state:open tag:x) in:attachments", 20),
        ("on:2026-13", 4), ("on:9999", 4), ("field.x:--", 9), ("gel OR +", 5), ("gel OR + OR bain", 5), ("gel (+)", 5), ("gel -+", 5), ("gel -in:attachments", 5),
        ("((gel) bain", 1), ("(gel) (bain", 7), ("x" * (LONGEST_QUERY + 1), LONGEST_QUERY + 1),
        ("(" * (DEEPEST_NESTING + 2), DEEPEST_NESTING + 2), ("a " * (MOST_TERMS + 1), MOST_TERMS * 2 + 1),
    ],
)  # fmt: skip
def test_a_bad_query_points_at_the_column(q: str, column: int) -> None:
    """The place, the problem and the remedy (HTTP 400 at the gateway)."""
    with pytest.raises(Invalid) as caught:
        parse(q)

    assert str(column) == caught.value.detail["column"]
    assert [("q", True)] == [(one.name, bool(one.remedy)) for one in caught.value.fields]


@given(
    st.text(alphabet='gelAOR "()-*é.:<>=0\u0301\u00b2\x00', max_size=40)
    | st.lists(
        st.sampled_from(
            [
                "author:",
                "field.x:",
                "on:",
                "has:",
                "in:attachments",
                "2026-03",
                ">3",
                "(",
                ")",
                "OR",
                "-",
                '"a b"',
                "gel",
                " ",
            ]
        )
    ).map("".join)
)
def test_no_text_breaks_the_parser(q: str) -> None:
    """Whatever is typed is a tree or a problem, never an accident."""
    try:
        tree = parse(q)
    except Invalid:
        return
    assert tree is None or isinstance(tree, Node)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Électrophorèse", "electrophorese"),
        ("Na₂HPO₄", "na2hpo4"),
        ("e\u0301te\u0301", "ete"),
        ("Œdème", "oedeme"),
        ("α", "alpha"),
        ("µL", "ul"),
        ("Straße", "strasse"),
        ("x" * 500, "x" * 64),
    ],
)
def test_words_are_folded_for_people_who_leave_accents_out(text: str, folded: str) -> None:
    """Pages and queries go through the same fold."""
    assert folded == word(text).folded


def test_stop_words_are_dropped_only_beside_words_that_say_more() -> None:
    """`la cellule` finds `Cellules`; `the who`, and what is quoted, stay whole."""
    assert term("cellule") == without_stop_words(parse("la cellule"))
    assert parse("the who") == without_stop_words(parse("the who"))
    assert parse('"la" cellule') == without_stop_words(parse('"la" cellule'))
    assert Either((term("la"), term("cellule"))) == without_stop_words(parse("la OR cellule"))
    assert parse("the -cellule") == without_stop_words(parse("the -cellule"))


@pytest.mark.parametrize(
    ("text", "base", "dimension"),
    [
        ("37 °C", 310.15, "temperature"), ("98,6 °F", 310.15, "temperature"), ("500 µL", 0.0005, "volume"),
        ("0.5 mL", 0.0005, "volume"), ("2 mg/mL", 0.002, "mass/volume"), ("5 mM", 0.005, "amount/volume"),
        ("5 mmol/L", 0.005, "amount/volume"), ("2 h", 7200, "time"), ("7.4", 7.4, None), ("12 colonies", 12, "=colonies"),
        ("2026-03-01", date(2026, 3, 1).toordinal(), "date"),
    ],
)  # fmt: skip
def test_quantities_compare_as_what_they_are(text: str, base: float, dimension: str | None) -> None:
    """Half a millilitre and 500 microlitres are one volume."""
    assert (base, dimension) == (quantity(text).base, quantity(text).dimension)


@pytest.mark.parametrize("text", ["", "heavy", "3 sur 4 tubes de 2", "2026-13-01", "--5"])
def test_what_is_no_number_is_text(text: str) -> None:
    """A sentence with digits in it is searched by its words."""
    assert quantity(text) is None or quantity(text).dimension.startswith("=")


def test_what_must_be_absent_is_never_shown() -> None:
    """Snippets mark positive terms only."""
    assert (term("bain"),) == positive_terms(parse("bain -gel"))


def test_a_ranking_is_made_of_words_alone() -> None:
    """Facts and what must be absent say whether a page is found, never how well it fits."""
    assert Every((term("gel"), term("bain"))) == words_only(parse("gel bain state:open -sec"))
    assert term("gel") == words_only(parse("gel (tag:x OR state:open)"))
    assert Either((term("gel"), term("bain"))) == words_only(parse("(gel OR bain) has:comment"))
    assert words_only(parse("state:open -gel tag:x")) is None


def test_every_word_of_a_query_is_stemmed_in_one_go() -> None:
    """What must be absent too, else its other forms would not be excluded; a name also as one word."""
    assert {word("bain"), word("gels"), word("il"), word("6"), word("il6")} == all_words(parse("bain -gels IL-6 tag:x"))
    assert frozenset() == all_words(None)


def test_an_engine_of_another_kind_is_told_every_spelling() -> None:
    """It folds single characters by this table exactly as ours does; accents are left to its stemmers."""
    table = spellings()

    assert ("alpha", "2", "u", "fi") == (table["α"], table["₂"], table["µ"], table["ﬁ"])
    assert all(fold(character) == spelled for character, spelled in table.items())
    assert not {"é", "a", "2"} & table.keys()
