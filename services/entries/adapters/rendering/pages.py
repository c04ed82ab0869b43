"""Answer the port of renderings."""

from collections.abc import Mapping
from typing import Any

from contracts.identifiers import EntryReference
from services.entries.adapters.rendering.crate_json import crate_json
from services.entries.adapters.rendering.record_html import record_html
from services.entries.ports.machines import EvidenceFile


class Renderings:
    """The readable forms of a revision."""

    def html(self, record: Mapping[str, Any], *, reference: EntryReference) -> bytes:
        """Return record.html."""
        return record_html(record, reference=reference)

    def crate(self, record: Mapping[str, Any], *, reference: EntryReference, files: tuple[EvidenceFile, ...]) -> bytes:
        """Return ro-crate-metadata.json."""
        return crate_json(record, reference=reference, files=files)
