"""Describe a page prepared by an import, ready to be numbered and written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contracts.identifiers import Sha256, Sha512, UploadId


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file of a page whose bytes storage already keeps; ``name`` is what people see, in any script."""

    name: str
    media_type: str
    size_bytes: int
    sha256: Sha256
    sha512: Sha512
    upload: UploadId | None = None


@dataclass(frozen=True, slots=True)
class ImportedPage:
    """
    One page of an archive: checked document, files in storage, and what the archive claims about its origin.

    ``document`` is canonical (the Documents port answered it) and ``text`` its plain text. ``foreign_author`` and
    ``created_at_claimed`` are claims of the archive, never an account and never our date. ``fields`` go into the
    record as they are; what the archive said beyond our schema stands under its key ``imported``.
    """

    source_id: str
    title: str
    document: Mapping[str, Any]
    text: str
    attachments: tuple[ImportedFile, ...] = ()
    foreign_author: str | None = None
    created_at_claimed: datetime | None = None
    tags: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
