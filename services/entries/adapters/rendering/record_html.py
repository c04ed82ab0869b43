"""Write record.html: one page for people, in French and English, that needs nothing but itself."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, Final

from services.entries.adapters.rendering.document_html import document_html

# No script, no foreign address: a browser that honours the policy could not fetch one even if we erred.
_HEAD: Final = """<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>
body{{font:11pt/1.45 "Liberation Serif",Georgia,serif;max-width:48rem;margin:2rem auto;padding:0 1rem;color:#111}}
h1{{font-size:1.5rem}}h2{{font-size:1.25rem}}table{{border-collapse:collapse;margin:.6rem 0}}
td,th{{border:1px solid #888;padding:.2rem .5rem;vertical-align:top;text-align:left}}td p,th p{{margin:0}}
.facts th{{width:12rem;font-weight:normal}}.digest{{font:8pt "Liberation Mono",monospace;word-break:break-all}}
pre{{white-space:pre-wrap;border-left:3px solid #888;padding-left:.6rem}}.math{{font-family:monospace}}
.tasks{{list-style:none;padding-left:1rem}}.tasks li p{{display:inline}}img{{max-width:100%}}figure{{margin:.6rem 0}}
footer{{margin-top:2rem;border-top:1px solid #888;font-size:9pt}}@media print{{body{{margin:0;max-width:none}}}}
</style>
</head>
<body>
"""
_NOTE: Final = (
    "<footer><p>Rendu lisible de <code>record.json</code>, qui seul fait foi. · "
    "Readable form of <code>record.json</code>, which alone is authoritative.</p></footer>\n</body>\n</html>\n"
)


def record_html(record: Mapping[str, Any], *, reference: str) -> bytes:
    """Return the page of a parsed record.json; the same record gives the same bytes."""
    paths = {file["name"]: file["path"] for file in record.get("attachments", ())}
    title = f"{reference} — {record['title']}"
    parts = [
        _HEAD.format(title=escape(title)),
        f"<header><p>{escape(reference)}</p><h1>{escape(record['title'])}</h1>\n{_facts(record)}</header>\n<main>\n",
        document_html(record.get("document") or {}, paths=paths),
        "\n</main>\n",
        _fields(record.get("fields") or {}),
        _attachments(record.get("attachments", ())),
        _NOTE,
    ]
    return "".join(parts).encode()


def _facts(record: Mapping[str, Any]) -> str:
    rows = [
        ("Page", str(record["number"])),
        ("Version · Revision", str(record["revision"])),
        ("Auteur · Author", record["author"]["name"]),
        ("Enregistrée le · Saved at (UTC)", record["created_at"]),
        ("Motif · Reason", record.get("reason") or ""),
        ("Version précédente · Previous", record.get("prev") or ""),
    ]
    return _table((name, value) for name, value in rows if value)


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in rows)
    return f'<table class="facts"><tbody>{cells}</tbody></table>\n'


def _fields(fields: Mapping[str, Any]) -> str:
    if not fields:
        return ""
    return f"<section><h2>Champs · Fields</h2>\n{_table(_leaves(fields, ''))}</section>\n"


def _leaves(value: Any, name: str) -> Iterable[tuple[str, str]]:
    """Yield every value with its path; nesting is bounded by the record's own check."""
    if isinstance(value, Mapping):
        for key in sorted(value):
            yield from _leaves(value[key], f"{name} → {key}" if name else key)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _leaves(item, name)
    else:
        yield name, "" if value is None else str(value)


def _attachments(files: Iterable[Mapping[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td>{escape(file['name'])}</td><td>{escape(file['path'])}</td><td>{escape(file['media_type'])}</td>"
        f'<td>{file["size_bytes"]}</td><td class="digest">{escape(file["sha256"])}</td></tr>'
        for file in _with_size(files)
    )
    if not rows:
        return ""
    head = "<tr><th>Nom · Name</th><th>Fichier · File</th><th>Type</th><th>Octets · Bytes</th><th>SHA-256</th></tr>"
    return f"<section><h2>Pièces jointes · Attachments</h2>\n<table><tbody>{head}{rows}</tbody></table></section>\n"


def _with_size(files: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    for file in files:
        yield {"size_bytes": file.get("size", file.get("size_bytes", "")), **file}
