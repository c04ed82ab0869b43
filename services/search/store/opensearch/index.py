"""Find pages in OpenSearch: one request for what may be read and matches, its counts, facets and snippets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opensearchpy import OpenSearch
from sqlalchemy import Engine

from chassis.statements import ask
from contracts.identifiers import EntryId
from services.search.domain.page import FacetCount, FileText, Found, Hit
from services.search.domain.query import After, Query
from services.search.store.opensearch.client import reaching
from services.search.store.opensearch.documents import moment, page_of
from services.search.store.opensearch.mapping import VERSION, index_body
from services.search.store.opensearch.requests import request_body, rights
from services.search.store.opensearch.snippets import snippets
from services.search.store.texts import read_texts

# To make an index takes a busy server its time; nobody waits for it.
MAKING_SECONDS = 30
# The institution's day, on the database's clock; and the notebooks nobody may see just now.
_READER = """
    SELECT ARRAY(SELECT DISTINCT label FROM reader_label WHERE person = :person
                 AND from_date <= today.day AND (until_date IS NULL OR until_date >= today.day)),
           ARRAY(SELECT notebook FROM denied_notebook)
    FROM (SELECT CAST(timezone(:zone, now()) AS date) AS day) AS today
"""


@dataclass(frozen=True, slots=True)
class OpenSearchIndex:
    """
    The index in OpenSearch. ``name`` is its alias, ``engine`` the house's database, which knows who may read what.

    ``time_zone`` is the institution's (IANA name), ``refresh_interval`` how long a page may wait to be searchable,
    ``replicas`` how many copies of each new generation other nodes hold.
    """

    client: OpenSearch
    engine: Engine
    name: str
    time_zone: str
    refresh_interval: str
    replicas: int = 0

    @property
    def shape(self) -> str:
        """Name the engine and the version of its mapping."""
        return f"opensearch-{VERSION}"

    def find(self, query: Query) -> Found:
        """Return hits, exact total and facets over what the query's reader may read today."""
        with self.engine.connect() as connection:
            who = {"person": query.access.person, "zone": self.time_zone}
            held: Any = ask(connection, _READER, who).one()
            labels, hidden = held
        body = request_body(query, rights(labels, hidden), self.time_zone)
        with reaching():
            answer = self.client.search(index=self.name, body=body, params={"allow_partial_search_results": "false"})
        raw = answer["hits"]["hits"]
        shown = raw[: query.limit]
        texts = self._texts(shown)
        return Found(
            hits=tuple(_hit(hit, query, texts) for hit in shown),
            total=answer["hits"]["total"]["value"],
            facets={name: tuple(_counts(answer["aggregations"][name])) for name in query.facets},
            after=_after(shown[-1], query) if len(raw) > query.limit else None,
        )

    def _texts(self, hits: Sequence[Mapping[str, Any]]) -> dict[str, FileText]:
        """Return the texts of files that snippets come from, so that their places can be named."""
        inside = [hit for hit in hits if "inside" in hit.get("highlight", {})]
        digests = {file[1] for hit in inside for file in hit["_source"]["shown"]["files"]}
        if not digests:
            return {}
        with self.engine.connect() as connection:
            return read_texts(connection, digests)

    def holds(self, generation: int) -> bool:
        """Tell whether the alias leads to this generation."""
        with reaching():
            index = self._index(generation)
            return bool(self.client.indices.exists_alias(index=index, name=self.name))

    def begin(self, generation: int) -> None:
        """Make the index of a generation; where nothing serves yet, it serves at once."""
        index = self._index(generation)
        with reaching():
            if not self.client.indices.exists(index=index):
                # 400: it was being made by an attempt whose answer did not come in time.
                params = {"ignore": 400, "request_timeout": MAKING_SECONDS}
                body = index_body(refresh_interval=self.refresh_interval, replicas=self.replicas)
                self.client.indices.create(index=index, body=body, params=params)
            if not self.client.indices.exists_alias(name=self.name):
                self.client.indices.put_alias(index=index, name=self.name)

    def swap(self, generation: int) -> None:
        """Lead the alias to a generation, from one query to the next, and drop all others."""
        index = self._index(generation)
        with reaching():
            self.client.indices.refresh(index=index)
            others = [one for one in self.client.indices.get(index=f"{self.name}-*") if one != index]
            leaving = [{"remove": {"index": one, "alias": self.name, "must_exist": False}} for one in others]
            self.client.indices.update_aliases(
                body={"actions": [{"add": {"index": index, "alias": self.name}}, *leaving]}
            )
            for other in others:
                self.client.indices.delete(index=other, ignore_unavailable=True)

    def changes(self, after: EntryId | None, limit: int) -> tuple[tuple[EntryId, int], ...]:
        """Return the next pages in id order, each with the change it shows."""
        body: dict[str, Any] = {
            "size": limit, "sort": [{"entry": "asc"}], "_source": False, "docvalue_fields": ["change_number"],
        }  # fmt: skip
        with reaching():
            if after is None:
                self.client.indices.refresh(index=self.name)
            else:
                body["search_after"] = [after]
            hits = self.client.search(index=self.name, body=body)["hits"]["hits"]
        return tuple((EntryId(hit["_id"]), int(hit["fields"]["change_number"][0])) for hit in hits)

    def _index(self, generation: int) -> str:
        return f"{self.name}-{generation}"


def _counts(facet: Mapping[str, Any]) -> Iterator[FacetCount]:
    for bucket in facet["buckets"]:
        named = bucket.get("label", {}).get("buckets")
        yield FacetCount(bucket["key"], named[0]["key"] if named else bucket["key"], bucket["doc_count"])


def _hit(hit: Mapping[str, Any], query: Query, texts: Mapping[str, FileText]) -> Hit:
    page = page_of(hit["_source"]["shown"])
    score = float(hit["sort"][0]) if query.order == "relevance" else 0.0
    return Hit(page, score, snippets(page, hit.get("highlight", {}), texts))


def _after(hit: Mapping[str, Any], query: Query) -> After:
    *score, changed, entry = hit["sort"]
    return After(query.order, float(score[0]) if score else 0.0, moment(int(changed)), EntryId(entry))
