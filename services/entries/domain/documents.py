"""Hold a page's document once it was checked against the published schema."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """
    A document that fits ``contracts/entries/document.json``, in canonical form.

    ``text`` is its plain text, one line per block, for search; ``attachments`` the names its images refer to.
    """

    document: Mapping[str, Any]
    text: str
    word_count: int
    attachments: tuple[str, ...] = ()
