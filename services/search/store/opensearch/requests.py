"""Write the one request of a search: what matches, what of it may be read, its order, counts and marks."""

from collections.abc import Sequence
from typing import Any

from services.search.domain.query import After, FacetName, Query, positive_terms, without_stop_words
from services.search.store.facets import FACETS, MOST_FACET_VALUES
from services.search.store.opensearch.conditions import Clause, Compiler, narrowed
from services.search.store.opensearch.documents import microseconds
from services.search.store.opensearch.snippets import HIGHLIGHT


def rights(labels: Sequence[str], hidden: Sequence[str]) -> dict[str, list[Clause]]:
    """Return the clauses that open pages by any of these labels, but none of the hidden notebooks."""
    return {
        "filter": [{"terms": {"labels": list(labels)}}],
        "must_not": [{"term": {"denied": True}}, {"terms": {"notebook": list(hidden)}}],
    }


def request_body(query: Query, rights: dict[str, list[Clause]], time_zone: str) -> dict[str, Any]:
    """Return the body of a search; ``rights`` are the clauses that every hit must meet, whatever is asked."""
    must: list[Clause] = []
    if query.expression is not None:
        must.append(Compiler(time_zone).clause(without_stop_words(query.expression)))
    filters = [*rights.get("filter", ()), *narrowed(query.filters)]
    order = ["changed_us", "entry"] if query.order == "newest" else ["_score", "changed_us", "entry"]
    request: dict[str, Any] = {
        "query": {"bool": {"must": must, "filter": filters, "must_not": rights.get("must_not", [])}},
        "size": query.limit + 1,
        "sort": [{key: "desc"} for key in order],
        "track_total_hits": True,
        "_source": ["shown"],
        "aggs": {name: _facet(name) for name in query.facets},
    }
    if positive_terms(query.expression):
        request["highlight"] = HIGHLIGHT
    if query.after is not None:
        request["search_after"] = _place(query.after)
    return request


def _facet(name: FacetName) -> dict[str, Any]:
    field, label = FACETS[name]
    wanted: dict[str, Any] = {
        "terms": {"field": field, "size": MOST_FACET_VALUES, "order": [{"_count": "desc"}, {"_key": "asc"}]}
    }
    if label != field:
        # Who was renamed has pages under both names: one is shown, the same every time.
        wanted["aggs"] = {"label": {"terms": {"field": label, "size": 1, "order": {"_key": "desc"}}}}
    return wanted


def _place(after: After) -> list[float | int | str]:
    keys: list[float | int | str] = [microseconds(after.changed_at), after.entry]
    return keys if after.sort == "newest" else [after.score, *keys]
