"""Turn rows into values of the domain, and hold the pieces of SQL several stores share."""

# ruff: noqa: S608 -- statements are joined from this house's own constants; every value is bound

from collections.abc import Mapping
from typing import Any

from contracts.identifiers import NotebookId, NotebookReference, PersonId, StructureId
from services.entries.domain.entry import Entry
from services.entries.domain.notebook import Notebook
from services.entries.domain.people import Affiliation, Person, PersonFields, Role
from services.entries.domain.revision import Author
from services.entries.domain.rights import Standing
from services.entries.domain.structures import Structure
from services.entries.domain.views import RevisionShown

Row = Mapping[Any, Any]

# The present day where the institution stands, by the database's own clock (decision 2).
TODAY = "(now() AT TIME ZONE :zone)::date"
_ROLE = "role:"

ENTRY = """e.id, e.notebook, n.reference AS notebook_reference, e.number, e.title, e.author, e.author_name,
  e.created_at, e.changed_at, e.state, e.head, e.head_digest, e.change_number, e.foreign_author, e.circuit,
  e.frozen_revision, e.closing, e.strike_out_reason, e.tags"""
ENTRY_LABELS = "('entry:' || e.id) || n.labels"
NOTEBOOK = """n.id, n.reference, n.title, n.unit, n.path, n.restricted, n.opened_at, n.closed_at, n.version,
  n.entry_count, (SELECT array_agg(h.person ORDER BY h.person) FROM notebook_holder h WHERE h.notebook = n.id)
  AS holders"""
PERSON = "p.id, p.display_name, p.given_name, p.family_name, p.mail, p.orcid, p.locale, p.status"


def in_force(alias: str) -> str:
    """Return the condition that something holds today."""
    return f"{alias}.from_date <= {TODAY} AND ({alias}.until_date IS NULL OR {alias}.until_date >= {TODAY})"


def readable(alias: str) -> str:
    """Return the condition that ``:person`` may read the entry ``alias`` of the notebook ``n`` today."""
    return f"""EXISTS (SELECT 1 FROM reader_label l WHERE l.person = :person
      AND l.label = ANY (('entry:' || {alias}.id) || n.labels) AND {in_force("l")})"""


def standing_sql(labels: str) -> str:
    """Return the column ``ways``: how ``:person`` reaches what carries these labels, with all roles in force."""
    return f"""(SELECT array_agg(DISTINCT l.way) FROM reader_label l WHERE l.person = :person
      AND l.label = ANY ({labels} || '{{-}}'::text[]) AND {in_force("l")}) AS ways"""


def standing_of(ways: list[Any] | None, *, is_author: bool = False) -> Standing:
    """Split the column ``ways`` into ways and roles."""
    found = ways or ()
    return Standing(
        ways=frozenset(way for way in found if not way.startswith(_ROLE)),
        roles=frozenset(way.removeprefix(_ROLE) for way in found if way.startswith(_ROLE)),
        is_author=is_author,
    )


def structure_of(row: Row) -> Structure:
    """Return a structure."""
    return Structure(row["id"], row["kind"], row["code"], row["name"], tuple(row["path"]), tuple(row["rors"]))


def person_of(row: Row) -> Person:
    """Return a person."""
    fields = PersonFields(
        display_name=row["display_name"],
        mail=row["mail"],
        given_name=row["given_name"],
        family_name=row["family_name"],
        orcid=row["orcid"],
        locale=row["locale"],
    )
    return Person(PersonId(row["id"]), fields, row["status"])


def role_of(row: Row) -> Role:
    """Return a role."""
    return Role(row["id"], row["person"], row["name"], row["structure"], row["from_date"], row["until_date"])


def affiliation_of(row: Row) -> Affiliation:
    """Return an affiliation."""
    return Affiliation(row["id"], row["person"], row["structure"], row["from_date"], row["until_date"], row["source"])


def notebook_of(row: Row) -> Notebook:
    """Return a notebook."""
    return Notebook(
        id=NotebookId(row["id"]),
        reference=NotebookReference(row["reference"]),
        title=row["title"],
        path=tuple(row["path"]),
        unit=StructureId(row["unit"]),
        holders=tuple(row["holders"] or ()),
        opened_at=row["opened_at"],
        restricted=row["restricted"],
        closed_at=row["closed_at"],
        version=row["version"],
        entry_count=row["entry_count"],
    )


def entry_of(row: Row) -> Entry:
    """Return an entry."""
    return Entry(
        id=row["id"],
        notebook=row["notebook"],
        notebook_reference=row["notebook_reference"],
        number=row["number"],
        title=row["title"],
        author=Author(row["author"], row["author_name"]),
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        state=row["state"],
        head=row["head"],
        head_digest=row["head_digest"],
        change_number=row["change_number"],
        foreign_author=row["foreign_author"],
        circuit=row["circuit"],
        frozen_revision=row["frozen_revision"],
        closing=row["closing"],
        strike_out_reason=row["strike_out_reason"],
        tags=tuple(row["tags"]),
    )


def revision_shown(row: Row, *, prefix: str = "") -> RevisionShown:
    """Return a revision; its record when the row has one."""
    record = row.get(f"{prefix}record")
    return RevisionShown(
        entry=row[f"{prefix}entry"],
        number=row[f"{prefix}number"],
        digest=row[f"{prefix}digest"],
        prev=row[f"{prefix}prev"],
        title=row[f"{prefix}title"],
        author=Author(row[f"{prefix}author"], row[f"{prefix}author_name"]),
        created_at=row[f"{prefix}created_at"],
        reason=row[f"{prefix}reason"],
        record=None if record is None else bytes(record),
    )
