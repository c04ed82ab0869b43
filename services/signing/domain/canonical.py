"""Write the one byte form of a JSON value (RFC 8785), strings in NFC."""

import unicodedata
from typing import Any

import rfc8785

from contracts.identifiers import Sha256


def normalised(value: Any) -> Any:
    """Return the value with every string in NFC (docs/evidence-format.md §1)."""
    if isinstance(value, str):
        # ASCII is NFC already: digests and dates are most of a statement.
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {normalised(key): normalised(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [normalised(item) for item in value]
    return value


def canonical(value: object) -> bytes:
    """Serialise by RFC 8785 after normalising strings."""
    return rfc8785.dumps(normalised(value))


def prefixed(digest: Sha256 | None) -> str | None:
    """Write a digest as ``sha256:<hex>``, or none."""
    return None if digest is None else f"sha256:{digest}"
