"""Read ASiC manifests, which are byte-exact: what is read, written again, must be the same bytes (§6)."""

import base64
import binascii
import re

from verifier.findings import Refusal, demand
from verifier.layout import manifest_media_type, manifest_path, signature_path

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">\n'
)
_FOOT = "</asic:ASiCManifest>\n"
_REFERENCE = re.compile(
    r'<asic:DataObjectReference URI="([A-Za-z0-9._/-]+)" MimeType="([a-z0-9./+-]+)"><ds:DigestMethod '
    r'Algorithm="http://www\.w3\.org/2001/04/xmlenc#sha256"/><ds:DigestValue>([A-Za-z0-9+/]{43}=)</ds:DigestValue>'
    r"</asic:DataObjectReference>\n"
)


def read_manifest(content: bytes, number: int) -> dict[str, bytes]:
    """Return path → SHA-256 of manifest ``number``."""
    place = manifest_path(number)
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError as error:
        raise Refusal("manifest_malformed", place, "not ASCII") from error
    head = f'{_HEAD}<asic:SigReference URI="{signature_path(number)}" MimeType="application/pkcs7-signature"/>\n'
    demand(text.startswith(head) and text.endswith(_FOOT), "manifest_malformed", place, "head or foot")
    found: dict[str, bytes] = {}
    position, end, last = len(head), len(text) - len(_FOOT), ""
    while position < end:
        line = _REFERENCE.match(text, position, end)
        if line is None:
            raise Refusal("manifest_malformed", place, f"at character {position}")
        position = line.end()
        path, media, digest = line.groups()
        demand(media == manifest_media_type(path), "manifest_malformed", place, f"MimeType of {path}")
        demand(not found or path > last, "manifest_malformed", place, f"order or repetition of {path}")
        found[path] = _digest(digest, place)
        last = path
    return found


def _digest(text: str, place: str) -> bytes:
    try:
        value = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Refusal("manifest_malformed", place, "digest") from error
    demand(base64.b64encode(value).decode() == text, "manifest_malformed", place, "digest not canonical")
    return value


def check_listing(listed: dict[str, bytes], expected: set[str], *, number: int, seal: bool) -> None:
    """Demand that a manifest lists exactly what it must."""
    place = manifest_path(number)
    code = "seal_incomplete" if seal else "manifest_incomplete"
    for path in sorted(expected - set(listed)):
        raise Refusal(code, place, f"does not list {path}")
    for path in sorted(set(listed) - expected):
        raise Refusal("manifest_surplus", place, f"lists {path}")
