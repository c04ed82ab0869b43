"""Hold what a circuit signs, as entries froze it."""

import hashlib
from dataclasses import dataclass

from contracts.identifiers import (
    EntryId,
    EntryReference,
    NotebookId,
    PersonId,
    RevisionNumber,
    Sha256,
    Sha512,
)
from services.signing.domain.canonical import canonical
from services.signing.domain.merkle import root_of

OBJECT_LIST_PATH = "META-INF/statements/objects.json"
# Above this many a statement holds a count and a Merkle root (docs/evidence-format.md §5.2).
_MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class FrozenObject:
    """One file of the evidence; storage keeps its bytes under ``sha256``."""

    path: str
    media_type: str
    size_bytes: int
    sha256: Sha256
    sha512: Sha512


@dataclass(frozen=True, slots=True)
class Frozen:
    """A frozen revision; ``digest`` is that of record.json, ``prev`` that of the revision before."""

    entry: EntryId
    notebook: NotebookId
    reference: EntryReference
    title: str
    page_number: int
    revision: RevisionNumber
    digest: Sha256
    prev: Sha256 | None
    author: PersonId
    unit_code: str
    unit_rors: tuple[str, ...]
    objects: tuple[FrozenObject, ...]

    @property
    def evidence_name(self) -> str:
        """Return the file name people see: ``U1234-2026-007-37-v3.asice``."""
        return f"{self.reference.replace('/', '-')}-v{self.revision}.asice"

    def listed(self) -> list[dict[str, object]]:
        """Return the objects as a statement writes them, in path order."""
        return [
            {
                "path": item.path,
                "mediaType": item.media_type,
                "size": item.size_bytes,
                "sha256": item.sha256,
                "sha512": item.sha512,
            }
            for item in sorted(self.objects, key=lambda item: item.path)
        ]

    def stated(self) -> object:
        """Return the ``objects`` part of a statement: the list, or count and root when it is long."""
        listed = self.listed()
        if len(listed) <= _MOST_LISTED:
            return listed
        return {"count": len(listed), "root": root_of([canonical(item) for item in listed]).hex()}

    def object_list(self) -> bytes | None:
        """Return the bytes of ``objects.json``, none when the statements list the objects themselves."""
        return canonical(self.listed()) if len(self.objects) > _MOST_LISTED else None

    def content_digests(self) -> dict[str, Sha256]:
        """Return what every person's manifest covers beside the statement."""
        digests = {item.path: item.sha256 for item in self.objects}
        listed = self.object_list()
        if listed is not None:
            digests[OBJECT_LIST_PATH] = Sha256(hashlib.sha256(listed).hexdigest())
        return digests
