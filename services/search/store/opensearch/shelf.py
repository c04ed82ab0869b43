"""Put pages into OpenSearch, before the transaction that says they are there."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson
import structlog
from opensearchpy import OpenSearch
from sqlalchemy import Connection, Table

from chassis import telemetry
from chassis.statements import ask
from contracts.identifiers import EntryId
from services.search.domain.page import FileText, IndexedPage
from services.search.ports import RebuildProgress, Refusal
from services.search.store.opensearch.client import AWAY, away, reaching
from services.search.store.opensearch.documents import Documents
from services.search.store.tables import fed

# One request carries about so many bytes; a single larger page travels alone.
BULK_BYTES = 4_000_000
# Feeding waits longer than people do: what times out is done twice.
BULK_SECONDS = 20
_STALE = 409
_NOT_FOUND = 404
_PUT = """
    INSERT INTO fed AS known (entry, change_number, notebook, blobs)
    SELECT entry, change_number, notebook, blobs FROM json_populate_recordset(CAST(NULL AS fed), CAST(:rows AS json))
    ON CONFLICT (entry) DO UPDATE
    SET change_number = excluded.change_number, notebook = excluded.notebook, blobs = excluded.blobs
    WHERE known.change_number <= excluded.change_number
    RETURNING entry
"""

log = structlog.get_logger()


class OpenSearchShelf:
    """The pages of one unit of work. See the protocol for what each method promises."""

    def __init__(self, connection: Connection, *, client: OpenSearch, name: str, documents: Documents) -> None:
        self._connection = connection
        self._client = client
        self._name = name
        self._documents = documents
        self._waiting: dict[EntryId, tuple[int, bytes]] = {}

    @property
    def account(self) -> Table:
        """What was fed to the index outside."""
        return fed

    def put(self, pages: Sequence[IndexedPage], texts: Mapping[str, FileText]) -> frozenset[EntryId]:
        """Take pages but where a newer change of one is there; return the entries taken."""
        rows = orjson.dumps([_row(page) for page in pages]).decode()
        taken = frozenset(ask(self._connection, _PUT, {"rows": rows}).scalars())
        for page in pages:
            if page.entry in taken:
                document = orjson.dumps(self._documents.document_of(page, texts))
                self._waiting[page.entry] = (page.change_number, document)
        return taken

    def flush(self, progress: Callable[[], RebuildProgress]) -> Sequence[Refusal]:
        """
        Bring what was put to the serving generation and to the one being built.

        Raises:
            Unavailable: the engine is away, or swapped generations just now; nothing may be committed.

        """
        if not self._waiting:
            return ()
        known = progress()
        generations = [one for one in (known.serving, known.building) if one is not None]
        refused: dict[EntryId, Refusal] = {}
        for body in self._bodies(generations):
            with reaching():
                answer = self._client.bulk(body=body, params={"request_timeout": BULK_SECONDS})
            if answer["errors"]:
                refused |= {refusal.entry: refusal for refusal in self._refusals(answer["items"])}
        self._waiting.clear()
        return tuple(refused.values())

    def _bodies(self, generations: Sequence[int]) -> Iterator[bytes]:
        lines: list[bytes] = []
        size = 0
        for entry, (change, document) in self._waiting.items():
            for generation in generations:
                place = {"_index": f"{self._name}-{generation}", "_id": entry}
                action = {"index": place | {"version": change, "version_type": "external_gte"}}
                lines += (json.dumps(action).encode(), document)
                size += len(document)
            if size > BULK_BYTES:
                yield b"\n".join((*lines, b""))
                lines, size = [], 0
        if lines:
            yield b"\n".join((*lines, b""))

    def _refusals(self, items: Sequence[Mapping[str, Any]]) -> Iterator[Refusal]:
        """Tell a page the mapping will never take from an engine that cannot take it now."""
        for item in items:
            done = item["index"]
            if (error := done.get("error")) is None or done["status"] == _STALE:
                continue
            if done["status"] in AWAY or done["status"] == _NOT_FOUND:
                raise away("search_engine_busy")
            entry = EntryId(done["_id"])
            reason = f"{error.get('type')}: {error.get('reason')}"[:500]
            log.error("page_refused", entry=entry, reason=reason)
            telemetry.MESSAGES_REFUSED.labels("search-index", "mapping").inc()
            yield Refusal(entry, self._waiting[entry][0], reason)


def _row(page: IndexedPage) -> dict[str, Any]:
    blobs = sorted({file.sha256 for file in page.files})
    return {"entry": page.entry, "change_number": page.change_number, "notebook": page.notebook, "blobs": blobs}
