"""Read JSON that must be canonical (RFC 8785): the bytes are compared, never only the values."""

import json
import unicodedata
from typing import Any

import rfc8785

from verifier.findings import Refusal

_LARGEST = 2**53 - 1


def read_canonical(content: bytes, place: str, *, strict: bool = True) -> dict[str, Any]:
    """Return an object whose canonical form is ``content``; see :func:`read_value`."""
    value = read_value(content, place, strict=strict)
    if not isinstance(value, dict):
        raise Refusal("json_malformed", place, "not an object")
    return value


def read_value(content: bytes, place: str, *, strict: bool = True) -> Any:
    """
    Return the value whose canonical form is ``content``.

    ``json.loads`` silently keeps the last of two equal keys and accepts NaN, so both are refused by hand.
    ``strict`` demands integers and NFC too: only record.json, which holds what people wrote, goes without.
    """
    try:
        value = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_refuse_number if strict else float,
            parse_constant=_refuse_number,
        )
        if strict:
            _walk(value)
        canonical = rfc8785.dumps(value)
    except RecursionError as error:
        raise Refusal("json_malformed", place, "nested too deep") from error
    except _NotAllowed as error:
        raise Refusal(error.args[0], place, error.args[1]) from error
    except (ValueError, rfc8785.CanonicalizationError) as error:
        raise Refusal("json_malformed", place, "not JSON") from error
    if canonical != content:
        raise Refusal("json_not_canonical", place)
    return value


class _NotAllowed(Exception):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _NotAllowed("json_duplicate_key", "")
    return found


def _refuse_number(text: str) -> Any:
    raise _NotAllowed("json_float", text[:40])


def _walk(value: Any) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _walk(key)
            _walk(inner)
    elif isinstance(value, list):
        for inner in value:
            _walk(inner)
    elif isinstance(value, str) and not unicodedata.is_normalized("NFC", value):
        raise _NotAllowed("json_not_nfc", value[:40])
    elif isinstance(value, int) and abs(value) > _LARGEST:
        raise _NotAllowed("json_float", "integer beyond 2^53")
