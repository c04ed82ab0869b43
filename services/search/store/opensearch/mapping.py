"""Say how OpenSearch analyses and keeps a page."""

from typing import Any

from services.search.domain.folding import LONGEST_WORD, spellings

# Raised with every change of what a document holds; another version is filled anew beside the one that serves.
VERSION = 1
# No phrase reaches from one value of a field into the next.
_GAP = 100
# Depends on nothing but the page and the query: the order of hits stays while others are written, as cursors need.
# The share of BM25 that is not about the collection (Robertson & Zaragoza 2009, k1 1.2, b 0.75, mean length 200).
_SCORE = "double tf = doc.freq / (doc.freq + 1.2 * (0.25 + 0.75 * doc.length / 200.0)); return query.boost * tf;"

_ANALYSIS: dict[str, Any] = {
    "char_filter": {
        "spelled": {"type": "mapping", "mappings": [f"{sign} => {name}" for sign, name in spellings().items()]}
    },
    # Letters and digits make words, everything else parts them, as in domain/folding.py.
    "tokenizer": {"words": {"type": "char_group", "tokenize_on_chars": ["whitespace", "punctuation", "symbol"]}},
    "filter": {
        "cut": {"type": "truncate", "length": LONGEST_WORD},
        "french": {"type": "stemmer", "language": "light_french"},
        "english": {"type": "stemmer", "language": "english"},
        # The word itself, so that it is never taken for another word's stem.
        "written": {"type": "pattern_replace", "pattern": "^", "replacement": "=", "all": False},
        # French is stemmed twice: its rules need accents, and people leave them out.
        "ways": {
            "type": "multiplexer",
            "preserve_original": False,
            "filters": [
                "asciifolding, written", "french, asciifolding", "asciifolding, french", "asciifolding, english",
            ],
        },
    },
    "analyzer": {
        "words": {"char_filter": ["spelled"], "tokenizer": "words", "filter": ["lowercase", "cut", "ways"]},
        "exact": {
            "char_filter": ["spelled"], "tokenizer": "words",
            "filter": ["lowercase", "cut", "asciifolding", "written"],
        },
    },
}  # fmt: skip
_TEXT = {
    "type": "text", "analyzer": "words", "similarity": "stable", "index_options": "offsets",
    "position_increment_gap": _GAP,
}  # fmt: skip
_NAMES = {"type": "text", "analyzer": "exact", "similarity": "stable", "index_options": "freqs"}
_KEYWORD = {"type": "keyword"}
_NUMBERS = {
    "type": "nested",
    "properties": {
        "name": _KEYWORD, "written": {"type": "double"}, "base": {"type": "double"}, "dimension": _KEYWORD,
    },
}  # fmt: skip
TEXTS = (
    "title", "tag_texts", "reference_text", "about", "field_texts", "text", "comments", "file_names", "inside",
)  # fmt: skip
KEYWORDS = (
    "entry", "keys", "labels", "unit", "unit_code", "team", "team_name", "notebook", "notebook_reference", "author",
    "author_name", "state", "year_month", "file_types", "tags",
)  # fmt: skip


def index_body(*, refresh_interval: str, replicas: int) -> dict[str, Any]:
    """
    Return the settings and the mapping of a generation.

    One shard: counts of facets are exact only there, and a shard carries tens of millions of pages.
    """
    return {
        "settings": {
            "number_of_shards": 1,
            "number_of_replicas": replicas,
            "refresh_interval": refresh_interval,
            "analysis": _ANALYSIS,
            "similarity": {"stable": {"type": "scripted", "script": {"source": _SCORE}}},
        },
        "mappings": {
            "dynamic": "strict",
            "properties": {
                **dict.fromkeys(TEXTS, _TEXT),
                **dict.fromkeys(KEYWORDS, _KEYWORD),
                "names": _NAMES,
                "inside_names": _NAMES,
                "change_number": {"type": "long"},
                "changed_us": {"type": "long"},
                "created_at": {"type": "date"},
                "denied": {"type": "boolean"},
                "numbers": _NUMBERS,
                # What a hit shows, as it is; never searched.
                "shown": {"type": "object", "enabled": False},
            },
        },
    }
