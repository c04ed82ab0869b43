"""What a page is found by, and what of it is shown."""

from services.search.domain.folding import compounds, words
from services.search.domain.keys import MOST_FIELD_WORDS, keys
from services.search.domain.marking import SNIPPET_CHARACTERS, Marker, shown_sections
from services.search.domain.page import IndexedField
from services.search.domain.parser import parse
from services.search.domain.query import positive_terms
from tests.builders.pages import page


def test_a_snippet_marks_nothing_it_does_not_show() -> None:
    """A mark beyond the end would be painted over other words."""
    far = page(1, title="Essai", text="tampon " + "x " * SNIPPET_CHARACTERS + "tampon")

    marker = Marker.of(positive_terms(parse("tampon")), {})
    (snippet,) = marker.snippets(marker.look(shown_sections(far)), {})

    assert [(0, 6)] == list(snippet.ranges)
    assert len(snippet.text) <= SNIPPET_CHARACTERS


def test_a_field_of_a_sentence_is_searched_as_text_and_not_by_each_word() -> None:
    """A key a word of every remark would fill the index with what nobody asks for by field."""
    short, long = (" ".join(["pcr"] * count) for count in (MOST_FIELD_WORDS, MOST_FIELD_WORDS + 1))

    found = [set(keys(page(1, fields=(IndexedField("Méthode", value),)))) for value in (short, long)]

    assert [True, False] == ["field-methode=pcr" in one for one in found]
    assert all("field=methode" in one for one in found)


def test_what_is_joined_by_hyphens_is_a_name_only_when_it_is_short() -> None:
    """`IL-6` is one; a reference or half a sentence is not."""
    text = "IL-6 et electrophorese-bidimensionnelle-comparative"

    assert ["il6"] == [token.word.folded for token in compounds(text)]


def test_a_mark_without_its_letter_is_no_word() -> None:
    """Text cut out of a file begins with one now and then; it would match everything."""
    assert ["gel", "bain"] == [one.folded for one in words("gel \u0301 bain")]
