"""Write the pages of an archive: a part's text with all that the crate says beside it, and the last page."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from contracts.errors import Invalid
from services.entries.adapters.documents import Documents
from services.entries.adapters.eln import blocks, shapes
from services.entries.adapters.eln.crate import Crate, Entity
from services.entries.adapters.eln.html import Mapped
from services.entries.adapters.eln.made import MadeFiles
from services.entries.adapters.eln.outline import Part, names_in_text
from services.entries.domain.documents import CheckedDocument
from services.entries.domain.imports import PlannedFile, PlannedPage, Remark

# What a revision may name (contracts.entries RevisionFields.attachments, NewAttachment.name).
FILES_LIMIT: Final = 500
NAME_LIMIT: Final = 200
TITLE_LIMIT: Final = 500
# A revision's record is at most 8 MiB (domain/revision.py), its text up to four bytes a character.
TEXT_LIMIT: Final = 1_000_000
SHOWN_LIMIT: Final = 100_000
# Keys the page shows or the outline used; every other key of a part is said in the report and kept in the metadata.
SHOWN: Final = frozenset({
    "@id", "@type", "name", "text", "description", "hasPart", "variableMeasured", "step", "steps", "comment",
    "comments", "author", "creator", "keywords", "mentions", "encodingFormat", "isBasedOn",
})  # fmt: skip
KEPT: Final = (
    "identifier", "url", "genre", "category", "status", "creativeWorkStatus", "conditionsOfAccess", "temporal",
    "license", "version", "about", "alternateName",
)  # fmt: skip


@dataclass(slots=True)
class _Draft:
    """A page under way: its blocks, its files by free name, and what there is to say."""

    part: Part
    blocks: list[Mapping[str, Any]] = field(default_factory=list)
    files: list[PlannedFile] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    ways: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)


class PageWriter:
    """Write pages from parts; ``remarks`` gathers what the report must say."""

    def __init__(self, crate: Crate, made: MadeFiles) -> None:
        self.crate = crate
        self.made = made
        self.documents = Documents()
        self.remarks: list[Remark] = []

    def page(self, part: Part, *, overflow: Part) -> PlannedPage:
        """Return the page of one part; files beyond the limit go to ``overflow``."""
        draft = _Draft(part)
        self._name_files(draft, overflow)
        self._body(draft)
        self._beside(draft)
        return self._finish(draft, _title(part.entity), self._fields(part.entity))

    def last_pages(self, loose: Part, things: Iterable[Part]) -> Iterable[PlannedPage]:
        """Yield the page of the archive itself: things described, files of no page, the metadata; as many as needed."""
        number = 1
        waiting: list[Part] = [loose, *things]
        while waiting:
            overflow = Part(loose.entity)
            draft = _Draft(waiting[0])
            for part in waiting:
                self._section(draft, part, overflow, first=part is loose)
            title = "Contenu de l'archive / Archive contents" + (f" ({number})" if number > 1 else "")
            yield self._finish(draft, title, {"import": {"page": "archive_contents"}})
            waiting, number = ([overflow] if overflow.files else []), number + 1

    def _section(self, draft: _Draft, part: Part, overflow: Part, *, first: bool) -> None:
        section = _Draft(part, taken=draft.taken, files=draft.files)
        self._name_files(section, overflow)
        if not first and (part.entity is not self.crate.root):
            section.blocks.append(blocks.heading(_title(part.entity)))
        self._body(section)
        self._beside(section)
        rows = [
            (section.names[p], h.inner_path, str(h.summed.size_bytes))
            for p, h in part.files.items()
            if p in section.names
        ]
        if rows:
            section.blocks.append(blocks.table(("Fichier / File", "Chemin / Path", "Octets / Bytes"), rows))
        draft.blocks.extend(section.blocks)

    def _name_files(self, draft: _Draft, overflow: Part) -> None:
        for path, held in draft.part.files.items():
            if len(draft.files) >= FILES_LIMIT - 20:
                overflow.files[path] = held
                continue
            name = _free(held.name, draft.taken)
            draft.names[path] = name
            draft.files.append(held.planned(name))
        draft.ways = names_in_text(
            Part(draft.part.entity, {p: h for p, h in draft.part.files.items() if p in draft.names}), draft.names
        )

    def _body(self, draft: _Draft) -> None:
        """Text, else description, else a table of properties (decided for archives whose parts have no text)."""
        entity = draft.part.entity
        text, description = (shapes.text(self.crate, entity, name) for name in ("text", "description"))
        self._map(draft, text or description, entity.id)
        if text and description and description.content.strip()[:200] not in text.content:
            draft.blocks.append(blocks.heading("Description"))
            self._map(draft, description, entity.id)
        values = list(shapes.properties(self.crate, entity.get("variableMeasured") or []))
        if values:
            draft.blocks.append(blocks.heading("Propriétés / Properties"))
            draft.blocks.append(blocks.properties(values))
        elif not text and not description and entity is not self.crate.root:
            draft.blocks.append(blocks.properties(self._about(entity)))
            self.remarks.append(
                Remark("info", entity.id[:300], "without_text", "its page is a table of its properties")
            )

    def _map(self, draft: _Draft, text: shapes.Text | None, place: str) -> None:
        if text is None:
            return
        mapped = blocks.mapped(text, files=draft.ways, prefix=_free("image", set(draft.taken)))
        renamed = {image.name: _free(image.name, draft.taken) for image in mapped.images}
        for image in mapped.images:
            draft.files.append(self.made.keep(renamed[image.name], image.media_type, image.content))
        draft.blocks.extend(_renamed(mapped.blocks, renamed))
        self._say_losses(draft, text, mapped, place)

    def _say_losses(self, draft: _Draft, text: shapes.Text, mapped: Mapped, place: str) -> None:
        for address in mapped.foreign_images:
            self.remarks.append(Remark("info", place[:300], "image_elsewhere", address))
        if mapped.losses:
            ending, kind = ("md", "text/markdown") if text.markup == "markdown" else ("html", "text/html")
            name = _free(f"original.{ending}", draft.taken)
            draft.files.append(self.made.keep(name, kind, text.content.encode("utf-8", "replace")))
            said = f"{', '.join(mapped.losses)}; the text as it came is kept as {name}"
            self.remarks.append(Remark("warning", place[:300], "html_not_mapped", said))

    def _beside(self, draft: _Draft) -> None:
        """Add steps, notes on files, links and comments."""
        entity = draft.part.entity
        if steps := list(shapes.steps(self.crate, entity)):
            draft.blocks += [blocks.heading("Étapes / Steps"), blocks.tasks(steps)]
        self._file_notes(draft)
        mentions = [_title(other) for other in self.crate.find(entity.get("mentions") or [])]
        if mentions:
            draft.blocks += [blocks.heading("Liens / Links"), blocks.bullets(mentions)]
        if comments := list(shapes.comments(self.crate, entity)):
            draft.blocks.append(blocks.heading("Commentaires / Comments"))
            draft.blocks += [blocks.quote(_comment_text(c), by=f"{c.author} {c.date}".strip()) for c in comments]

    def _file_notes(self, draft: _Draft) -> None:
        notes = []
        for file in draft.part.file_entities:
            texts = [shapes.text(self.crate, file, name) for name in ("text", "description")]
            values = list(shapes.properties(self.crate, file.get("variableMeasured") or []))
            if any(texts) or values:
                notes.append((file, texts, values))
        if notes:
            draft.blocks.append(blocks.heading("Fichiers / Files"))
        for file, texts, values in notes:
            draft.blocks.append(blocks.heading(_title(file), level=3))
            for text in texts:
                self._map(draft, text, file.id)
            if values:
                draft.blocks.append(blocks.properties(values))

    def _about(self, entity: Entity) -> list[shapes.Property]:
        author = shapes.person(self.crate, entity.get("author", "creator"))
        shown = [shapes.Property("name", _title(entity)), shapes.Property("author", author)]
        shown += [shapes.Property(key, shapes.words(entity.get(key))) for key in ("dateCreated", "dateModified", *KEPT)]
        return [item for item in shown if item.value]

    def _fields(self, entity: Entity) -> dict[str, Any]:
        """Keep what the producer said of the page, as texts: a later reader may need what this one does not show."""
        kept = {key: shapes.words(entity.get(key))[:1000] for key in KEPT}
        for key in ("dateCreated", "dateModified", "datePublished"):
            kept[key] = self._date(entity, key)
        if others := sorted(set(entity.values) - SHOWN - set(KEPT) - {"dateCreated", "dateModified", "datePublished"}):
            self.remarks.append(Remark("info", entity.id[:300], "kept_in_metadata_only", ", ".join(others)[:500]))
        words = shapes.keywords(self.crate, entity.get("keywords") or [])
        source = {"id": entity.id} | {key: value for key, value in kept.items() if value}
        return {"import": source} | ({"keywords": list(words)} if words else {})

    def _date(self, entity: Entity, key: str) -> str:
        raw = entity.get(key)
        if raw is None:
            return ""
        found = shapes.moment(raw)
        if found is None:
            self.remarks.append(
                Remark("warning", entity.id[:300], "date_unreadable", f"{key}: {shapes.words(raw)[:100]}")
            )
            return shapes.words(raw)[:100]
        if not found[1]:
            self.remarks.append(Remark("info", entity.id[:300], "date_without_zone", f"{key}: {found[0]}"))
        return found[0]

    def _finish(self, draft: _Draft, title: str, fields: dict[str, Any]) -> PlannedPage:
        entity = draft.part.entity
        body = draft.blocks or [blocks.paragraph("")]
        try:
            checked = self.documents.check({"type": "doc", "content": body})
        except Invalid as error:
            # Cannot happen for what this package builds; a text nested beyond the limit is kept as its words.
            self.remarks.append(Remark("warning", entity.id[:300], "document_flattened", str(error.fields[:1])[:300]))
            checked = self.documents.check({"type": "doc", "content": list(_flat(body))})
        if len(checked.text) > TEXT_LIMIT:
            checked = self._cut(draft, checked.text)
        author = shapes.person(self.crate, entity.get("author", "creator")) or None
        return PlannedPage(
            title=title, document=checked.document, text=checked.text, word_count=checked.word_count,
            files=tuple(draft.files), fields=fields, foreign_author=author, source_id=entity.id[:1000],
        )  # fmt: skip

    def _cut(self, draft: _Draft, text: str) -> CheckedDocument:
        """Keep a text no page can hold as a file, and its beginning on the page."""
        name = _free("text.txt", draft.taken)
        draft.files.append(self.made.keep(name, "text/plain", text.encode()))
        self.remarks.append(Remark("warning", draft.part.entity.id[:300], "text_cut", f"the whole text is in {name}"))
        return self.documents.check({"type": "doc", "content": list(blocks.plain(text[:SHOWN_LIMIT]).blocks)})


def _title(entity: Entity) -> str:
    name = " ".join(shapes.words(entity.get("name", "identifier")).split())
    last = entity.id.rstrip("/").rsplit("/", 1)[-1]
    return (name.replace("\x00", "") or last or "Sans titre / Untitled")[:TITLE_LIMIT]


def _comment_text(comment: shapes.Comment) -> str:
    from services.entries.adapters.eln.sanitise import plain

    return plain(comment.content) if "<" in comment.content else shapes.words(comment.content)


def _free(name: str, taken: set[str]) -> str:
    """Return the name, or the next one free on this page whatever the case; and take it."""
    clean = re.sub(r'[\x00-\x1f\x7f/\\"]', "_", unicodedata.normalize("NFC", name)).strip(". ") or "file"
    stem, dot, ending = clean.rpartition(".")
    stem, ending = (stem, f"{dot}{ending}") if stem and len(ending) <= 20 else (clean, "")
    number, candidate = 1, f"{stem[:NAME_LIMIT]}{ending}"
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{stem[:NAME_LIMIT]} ({number}){ending}"
    taken.add(candidate.casefold())
    return candidate


def _renamed(content: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """Give image nodes the names their files got on this page."""
    if all(old == new for old, new in names.items()):
        return list(content)
    result: list[Mapping[str, Any]] = []
    for node in content:
        attrs: Any = node.get("attrs")
        inner: Any = node.get("content")
        if node["type"] == "image" and attrs["attachment"] in names:
            result.append({**node, "attrs": {**attrs, "attachment": names[attrs["attachment"]]}})
        else:
            result.append({**node, "content": _renamed(inner, names)} if inner else node)
    return result


def _flat(content: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    waiting = list(content)[::-1]
    while waiting:
        node = waiting.pop()
        if node.get("text"):
            yield blocks.paragraph(node["text"])
        waiting.extend(list(node.get("content") or ())[::-1])
