"""Refuse file names and media types that would deceive a reader or break a header."""

import re
import unicodedata

from contracts.errors import FieldProblem, Invalid

# Embeddings, overrides and isolates turn `exe.fdp` into `pdf.exe` on screen (Unicode TR 36 §3.1, CVE-2021-42574).
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# RFC 9110 §8.3.1 without quoted parameters: nothing in it can leave its header.
_MEDIA_TYPE = re.compile(
    r"[a-z0-9!#$&^_.+-]{1,127}/[a-z0-9!#$&^_.+-]{1,127}(; ?[a-z0-9-]+=[a-z0-9!#$&^_.+-]+)*", re.IGNORECASE
)


def check_name(name: str) -> str:
    """
    Return ``name`` when it is one plain file name.

    Raises:
        Invalid: It has a slash, a control character, a bidirectional control, or is a folder's own name.

    """
    if "/" in name or name in {"", ".", ".."}:
        raise Invalid(FieldProblem("name", "not_a_file_name", "give the last part of the path"))
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        raise Invalid(FieldProblem("name", "control_character", "remove characters that cannot be printed"))
    if not _BIDI_CONTROLS.isdisjoint(name):
        raise Invalid(FieldProblem("name", "bidirectional_control", "remove characters that reverse the text"))
    return name


def check_media_type(media_type: str) -> str:
    """
    Return ``media_type`` when it is well-formed; whether it tells the truth is not known here.

    Raises:
        Invalid: It could not stand in a header.

    """
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise Invalid(FieldProblem("media_type", "malformed", "for instance text/csv, or application/octet-stream"))
    return media_type
