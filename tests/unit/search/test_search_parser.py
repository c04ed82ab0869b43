"""The query language: what it means, and where it says it stops making sense."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import Invalid
from services.search.domain.folding import word, words
from services.search.domain.parser import DEEPEST_NESTING, MOST_TERMS, parse
from services.search.domain.query import Either, Every, Term, Without, positive_terms, without_stop_words


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
    ],
)
def test_a_query_means_what_it_says(q: str, tree: object) -> None:
    """One tree a query, whatever the engine."""
    assert tree == parse(q)


@pytest.mark.parametrize(
    ("q", "column"),
    [
        ('gel "bain', 5), ("(gel", 1), ("gel)", 4), ("()", 1), ("OR gel", 1), ("gel OR", 5), ("gel OR OR bain", 5),
        ("*", 1), ("ge*l", 3), ("gel --bain", 5), ("gel -OR", 5), ("+++", 1), ("gel author:ada", 5),
        ("(" * (DEEPEST_NESTING + 2), DEEPEST_NESTING + 2), ("a " * (MOST_TERMS + 1), MOST_TERMS * 2 + 1),
    ],
)  # fmt: skip
def test_a_bad_query_points_at_the_column(q: str, column: int) -> None:
    """The place, the problem and the remedy (HTTP 400 at the gateway)."""
    with pytest.raises(Invalid) as caught:
        parse(q)

    assert str(column) == caught.value.detail["column"]
    assert [("q", True)] == [(one.name, bool(one.remedy)) for one in caught.value.fields]


@given(st.text(alphabet='gelAOR "()-*é.\u0301\u00b2\x00', max_size=40))
def test_no_text_breaks_the_parser(q: str) -> None:
    """Whatever is typed is a tree or a problem, never an accident."""
    try:
        tree = parse(q)
    except Invalid:
        return
    assert tree is None or isinstance(tree, Term | Every | Either | Without)


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
    stops = frozenset({word("la"), word("the"), word("who")})

    assert term("cellule") == without_stop_words(parse("la cellule"), stops)
    assert parse("the who") == without_stop_words(parse("the who"), stops)
    assert parse('"la" cellule') == without_stop_words(parse('"la" cellule'), stops)
    assert Either((term("la"), term("cellule"))) == without_stop_words(parse("la OR cellule"), stops)
    assert parse("the -cellule") == without_stop_words(parse("the -cellule"), stops)


def test_what_must_be_absent_is_never_shown() -> None:
    """Snippets mark positive terms only."""
    assert (term("bain"),) == positive_terms(parse("bain -gel"))
