"""Write the ASiC manifest: which files one signature covers (docs/evidence-format.md §6)."""

import base64
from collections.abc import Mapping

from contracts.identifiers import Sha256

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">\n'
)
_SIGNATURE = '<asic:SigReference URI="{uri}" MimeType="application/pkcs7-signature"/>\n'
_OBJECT = (
    '<asic:DataObjectReference URI="{uri}" MimeType="{media_type}">'
    '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
    "<ds:DigestValue>{digest}</ds:DigestValue></asic:DataObjectReference>\n"
)
_TAIL = "</asic:ASiCManifest>\n"
_MEDIA_TYPES = {
    "json": "application/json",
    "html": "text/html",
    "xml": "text/xml",
    "p7s": "application/pkcs7-signature",
    "pem": "application/x-pem-file",
    "txt": "text/plain",
    "sh": "application/x-sh",
    "tst": "application/vnd.etsi.timestamp-token",
}
_UNKNOWN = "application/octet-stream"


def media_type_of(path: str) -> str:
    """Return the media type a manifest gives a path; attachments always the unknown one."""
    if path.startswith("attachments/"):
        return _UNKNOWN
    return _MEDIA_TYPES.get(path.rpartition(".")[2], _UNKNOWN)


def manifest(signature_path: str, digests: Mapping[str, Sha256]) -> bytes:
    """Write the manifest over ``digests`` (path to SHA-256), in path order, byte for byte."""
    objects = (
        _OBJECT.format(
            uri=path,
            media_type=media_type_of(path),
            digest=base64.b64encode(bytes.fromhex(digests[path])).decode(),
        )
        for path in sorted(digests)
    )
    return (_HEAD + _SIGNATURE.format(uri=signature_path) + "".join(objects) + _TAIL).encode()
