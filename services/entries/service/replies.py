"""Turn what the house of entries says into what the contract says, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

import orjson

from chassis.bus.edge import CallContext
from contracts.entries import calls
from contracts.envelope import Envelope
from contracts.errors import FieldProblem, Invalid
from contracts.identifiers import Actor
from contracts.storage import calls as storage
from services.entries.domain.caller import Caller
from services.entries.domain.entry import Entry
from services.entries.domain.fields import named_values
from services.entries.domain.grants import Grant
from services.entries.domain.imports import Import
from services.entries.domain.notebook import Notebook
from services.entries.domain.people import Person, PersonDetail, PersonFields, ReaderLabel
from services.entries.domain.structures import Structure
from services.entries.domain.views import (
    Described,
    EntryListed,
    EntryShown,
    Frozen,
    Indexable,
    RevisionShown,
)
from services.entries.ports.files import FileText, TextPlace
from services.entries.service.bytes_said import unpacked
from services.entries.use_cases.written import NamedDraft, NamedFile, Written

Listed = TypeVar("Listed")


def caller(context: CallContext) -> Caller:
    """Return who asks, as the edge verified it."""
    return Caller(context.actor, context.correlation_id, context.request)


def follower(envelope: Envelope) -> Caller:
    """Return this house itself, acting on an event."""
    return Caller(Actor(issuer="entries", person=envelope.actor_id), envelope.correlation_id)


def number_after(cursor: str | None) -> int | None:
    """Read a cursor that is a number, or raise Invalid."""
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise Invalid(FieldProblem("cursor", "not one of ours", "take next_cursor of the slice before"))
    return int(cursor)


def next_cursor(items: Sequence[Listed], limit: int, *, key: str = "id") -> str | None:
    """Return the cursor of the next slice: a key of the last item, none when the slice was not full."""
    return str(getattr(items[-1], key)) if items and len(items) == limit else None


def structure(found: Structure) -> calls.Structure:
    """Say a structure."""
    return calls.Structure(
        id=found.id, kind=found.kind, parent=found.parent, code=found.code, name=found.name, rors=found.rors
    )


def person_fields(said: calls.PersonFields) -> PersonFields:
    """Read what one says of a new person."""
    return PersonFields(
        display_name=said.display_name,
        mail=said.mail,
        given_name=said.given_name,
        family_name=said.family_name,
        orcid=said.orcid,
        locale=said.locale,
    )


def person(found: Person) -> calls.PersonView:
    """Say a person."""
    return calls.PersonView(id=found.id, status=found.status, **asdict(found.fields))


def people(found: Sequence[Person], *, limit: int | None = None) -> calls.PeopleList:
    """Say people."""
    cursor = None if limit is None else next_cursor(found, limit)
    return calls.PeopleList(items=tuple(map(person, found)), next_cursor=cursor)


def person_detail(found: PersonDetail) -> calls.PersonDetail:
    """Say a person with what they hold."""
    return calls.PersonDetail(
        id=found.person.id,
        status=found.person.status,
        **asdict(found.person.fields),
        roles=tuple(
            calls.RoleView(
                id=one.id, role=one.name, structure=one.structure, from_date=one.from_date, until_date=one.until_date
            )
            for one in found.roles
        ),
        affiliations=tuple(
            calls.AffiliationView(
                id=one.id, structure=one.structure, from_date=one.from_date, until_date=one.until_date,
                source=one.source,
            )
            for one in found.affiliations
        ),
    )  # fmt: skip


def file_text(found: FileText) -> storage.FileText:
    """Say what is written in a file; its places came validated from storage."""
    said: dict[str, Any] = {name: getattr(found, name) for name in storage.FileText.model_fields}
    said["places"] = tuple(storage.TextPlace.model_construct(**_fields(place)) for place in found.places)
    return storage.FileText.model_construct(**said)


def _fields(place: TextPlace) -> dict[str, Any]:
    return {"kind": place.kind, "label": place.label, "text": place.text}


def reader_label(found: ReaderLabel) -> calls.ReaderLabel:
    """Say a label somebody holds."""
    return calls.ReaderLabel(
        person=found.person, label=found.label, from_date=found.from_date, until_date=found.until_date
    )


def notebook(found: Notebook) -> calls.Notebook:
    """Say a notebook."""
    return calls.Notebook(
        id=found.id, reference=found.reference, title=found.title, structure=found.structure, holders=found.holders,
        restricted=found.restricted, opened_at=found.opened_at, closed_at=found.closed_at, version=found.version,
        entry_count=found.entry_count,
    )  # fmt: skip


def grant(found: Grant) -> calls.Grant:
    """Say a share."""
    return calls.Grant(
        id=found.id, **asdict(found.target), **asdict(found.beneficiary), level=found.level,
        from_date=found.from_date, until_date=found.until_date,
    )  # fmt: skip


def written(said: calls.RevisionFields) -> Written:
    """Read what one writes."""
    return Written(
        title=said.title,
        document=said.document,
        draft=NamedDraft(said.draft.epoch, unpacked(said.draft.state_vector, "draft")) if said.draft else None,
        fields=said.fields,
        files=tuple(NamedFile(file.name, file.upload, file.sha256) for file in said.attachments),
        reason=said.reason,
    )


def revision(found: RevisionShown) -> calls.RevisionView:
    """Say a revision; its document when its record was read."""
    record = {} if found.record is None else orjson.loads(found.record)
    return calls.RevisionView(
        entry=found.entry, number=found.number, digest=found.digest, prev=found.prev, title=found.title,
        author=found.author.id, author_name=found.author.name, created_at=found.created_at, reason=found.reason,
        document=record.get("document"), fields=record.get("fields", {}),
        attachments=tuple(_attachment(file) for file in record.get("attachments", ())),
    )  # fmt: skip


def _attachment(file: Mapping[str, Any]) -> calls.Attachment:
    return calls.Attachment(
        name=file["name"], path=file["path"], media_type=file["media_type"], size_bytes=file["size"],
        sha256=file["sha256"], sha512=file["sha512"],
    )  # fmt: skip


def _summary(found: Entry) -> dict[str, Any]:
    return {
        "id": found.id, "notebook": found.notebook, "number": found.number, "reference": found.reference,
        "title": found.title, "state": found.state, "head": found.head, "author": found.author.id,
        "author_name": found.author.name, "created_at": found.created_at, "changed_at": found.changed_at,
        "change_number": found.change_number, "foreign_author": found.foreign_author, "tags": found.tags,
    }  # fmt: skip


def entry_summary(found: EntryListed) -> calls.EntrySummary:
    """Say an entry in a list."""
    return calls.EntrySummary(
        **_summary(found.entry), attachment_count=found.attachment_count, comment_count=found.comment_count,
        open_comment_count=found.open_comment_count, draft_ahead=found.draft_ahead,
    )  # fmt: skip


def entry(found: EntryShown) -> calls.EntryView:
    """Say an entry as its reader sees it."""
    return calls.EntryView(
        **_summary(found.entry),
        revision=revision(found.revision) if found.revision else None,
        may=found.may,
        labels=found.labels,
        strike_out_reason=found.entry.strike_out_reason,
    )


def frozen(found: Frozen) -> calls.FrozenRevision:
    """Say what a circuit signs."""
    said, page = found.described, found.described.entry
    return calls.FrozenRevision(
        entry=page.id, notebook=page.notebook, reference=page.reference, title=found.revision.title,
        page_number=page.number, revision=found.revision.number, digest=found.revision.digest,
        prev=found.revision.prev, author=found.revision.author.id, unit=said.unit, unit_code=said.unit_code,
        unit_rors=said.unit_rors, objects=tuple(calls.FrozenObject(**asdict(one)) for one in found.objects),
    )  # fmt: skip


def description(found: Described) -> calls.EntryDescription:
    """Say what names an entry."""
    page = found.entry
    return calls.EntryDescription(
        entry=page.id, reference=page.reference, title=page.title, state=page.state, author=page.author.id,
        notebook=page.notebook, notebook_reference=page.notebook_reference, notebook_title=found.notebook_title,
        unit=found.unit, unit_code=found.unit_code,
    )  # fmt: skip


def indexable(found: Indexable) -> calls.IndexableEntry:
    """Say an entry as it is indexed."""
    said, page = found.described, found.described.entry
    return calls.IndexableEntry(
        entry=page.id, notebook=page.notebook, notebook_reference=page.notebook_reference,
        notebook_title=said.notebook_title, reference=page.reference, number=page.number,
        change_number=page.change_number, revision=page.head, state=page.state, title=page.title, text=found.text,
        tags=page.tags, author=page.author.id, author_name=page.author.name, unit=said.unit, unit_code=said.unit_code,
        team=said.structure if said.structure_is_team else None,
        team_name=said.structure_name if said.structure_is_team else "",
        fields=tuple(calls.IndexableField(name=name, value=value) for name, value in named_values(found.fields)),
        attachments=tuple(calls.IndexableFile(**asdict(file)) for file in found.files),
        comments=tuple(f"{by}: {text}" for text, by in found.comments),
        created_at=page.created_at, changed_at=page.changed_at, labels=said.labels,
    )  # fmt: skip


def imported(found: Import) -> calls.ImportView:
    """Say an import as it goes."""
    return calls.ImportView(
        id=found.id, notebook=found.notebook, state=found.state,
        entries=calls.Progress(**asdict(found.entries)), files=calls.Progress(**asdict(found.files)),
        bytes=calls.Progress(**asdict(found.bytes)),
        report=tuple(calls.ReportLine(**asdict(line)) for line in found.report),
        made=found.made, archive_sha256=found.archive_sha256, repeated=found.repeated,
    )  # fmt: skip
