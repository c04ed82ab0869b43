"""Remember notebooks and shares."""

# ruff: noqa: S608 -- statements are joined from this house's own constants; every value is bound

from typing import Any

from sqlalchemy import Connection, text

from contracts.errors import NotFound
from contracts.identifiers import GrantId, NotebookId, NotebookReference, PersonId, StructureId
from services.entries.domain.grants import Beneficiary, Grant, Target
from services.entries.domain.notebook import Notebook
from services.entries.domain.rights import Standing
from services.entries.store.people import SqlPeople
from services.entries.store.rows import NOTEBOOK, TODAY, Row, in_force, notebook_of, standing_of, standing_sql

_NEXT = text("""
INSERT INTO notebook_counter (unit, year, last) VALUES (:unit, :year, 1)
ON CONFLICT (unit, year) DO UPDATE SET last = notebook_counter.last + 1 RETURNING last""")
_ADD = text("""
INSERT INTO notebook (id, reference, title, unit, path, labels, restricted, opened_at, closed_at, version, entry_count)
VALUES (:id, :reference, :title, :unit, :path, :labels, :restricted, :opened_at, :closed_at, :version, :entry_count)""")
_HOLD = text("INSERT INTO notebook_holder (notebook, person) VALUES (:notebook, :person)")
_BY_ID = f"SELECT {NOTEBOOK}, {standing_sql('n.labels')} FROM notebook n WHERE n.id = :id"
_GET = text(_BY_ID)
_GET_BY_REFERENCE = text(_BY_ID.replace("n.id = :id", "n.reference = :id"))
_LOCK = text(f"{_BY_ID} FOR NO KEY UPDATE OF n")
_SAVE = text("""
UPDATE notebook SET title = :title, labels = :labels, restricted = :restricted, closed_at = :closed_at,
  version = :version, entry_count = :entry_count WHERE id = :id""")
_PAGE = text(f"""
SELECT {NOTEBOOK} FROM notebook n
WHERE n.labels && ARRAY(SELECT l.label::text FROM reader_label l WHERE l.person = :person AND {in_force("l")})
  AND (CAST(:structure AS text) IS NULL OR :structure = ANY (n.path))
  AND (CAST(:after AS text) IS NULL OR n.id < :after)
ORDER BY n.id DESC LIMIT :limit""")
_UNDER = text("""
SELECT n.id FROM notebook n WHERE :structure = ANY (n.path) AND (CAST(:after AS text) IS NULL OR n.id > :after)
ORDER BY n.id LIMIT :limit""")
_EXISTS = text("SELECT EXISTS (SELECT 1 FROM notebook WHERE id = :id)")
_GRANT = "g.id, g.notebook, g.entry, g.person, g.structure, g.level, g.from_date, g.until_date"
_ADD_GRANT = text("""
INSERT INTO access_grant (id, notebook, entry, person, structure, level, from_date, until_date, given_by)
VALUES (:id, :notebook, :entry, :person, :structure, :level, :from_date, :until_date, :given_by)""")
_GET_GRANT = text(f"SELECT {_GRANT} FROM access_grant g WHERE g.id = :id")
_DROP_GRANT = text("DELETE FROM access_grant WHERE id = :id")
_EVER_REACHED = text("SELECT DISTINCT t.person FROM grant_reach t WHERE t.id = :id ORDER BY t.person")
_MEMBERS = text(f"""
SELECT DISTINCT m.person FROM (
  SELECT a.person, a.structure FROM affiliation a WHERE {in_force("a")}
  UNION SELECT r.person, r.structure FROM role r WHERE r.name IN ('researcher', 'lead') AND {in_force("r")}
) m JOIN structure s ON s.id = m.structure JOIN person p ON p.id = m.person AND p.status = 'active'
WHERE :structure = ANY (s.path) ORDER BY m.person""")
_PAGE_GRANTS = text(f"""
SELECT {_GRANT} FROM access_grant g
WHERE (g.notebook = :notebook OR g.entry = :entry) AND (g.until_date IS NULL OR g.until_date >= {TODAY})
  AND (CAST(:after AS text) IS NULL OR g.id > :after) ORDER BY g.id LIMIT :limit""")


class SqlNotebooks:
    """Notebooks, in PostgreSQL."""

    def __init__(self, connection: Connection, people: SqlPeople, *, zone: str) -> None:
        self._connection = connection
        self._people = people
        self._zone = zone

    def next_number(self, unit: StructureId, *, year: int) -> int:
        """Count one more notebook; the counter's row is locked until the commit."""
        return int(self._connection.execute(_NEXT, {"unit": unit, "year": year}).scalar_one())

    def add(self, notebook: Notebook) -> None:
        """Add a notebook and its holders."""
        fixed = {
            "reference": notebook.reference, "unit": notebook.unit, "path": list(notebook.path),
            "opened_at": notebook.opened_at,
        }  # fmt: skip
        self._connection.execute(_ADD, {**_changing(notebook), **fixed})
        self._connection.execute(_HOLD, [{"notebook": notebook.id, "person": holder} for holder in notebook.holders])
        self._people.refresh(notebook.holders)

    def get(
        self, *, notebook: NotebookId | None, reference: NotebookReference | None, person: PersonId
    ) -> tuple[Notebook, Standing]:
        """Return a notebook with the person's standing; NotFound."""
        statement, key = (_GET, notebook) if notebook is not None else (_GET_BY_REFERENCE, reference)
        return self._one(statement, key=key, person=person)

    def lock(self, notebook: NotebookId, *, person: PersonId) -> tuple[Notebook, Standing]:
        """Return a notebook, locked; NotFound."""
        return self._one(_LOCK, key=notebook, person=person)

    def save(self, notebook: Notebook) -> None:
        """Keep what may change."""
        self._connection.execute(_SAVE, _changing(notebook))

    def page(self, *, person: PersonId, structure: StructureId | None, after: str | None, limit: int) -> list[Notebook]:
        """Return the notebooks a person may read, newest first."""
        wanted = {"person": person, "structure": structure, "after": after, "limit": limit, "zone": self._zone}
        return [notebook_of(row) for row in self._connection.execute(_PAGE, wanted).mappings()]

    def under(self, structure: StructureId, *, after: str | None, limit: int) -> list[NotebookId]:
        """Return every notebook of a structure and those below it."""
        wanted = {"structure": structure, "after": after, "limit": limit}
        return list(self._connection.execute(_UNDER, wanted).scalars())

    def exists(self, notebook: NotebookId) -> bool:
        """Tell whether there is such a notebook."""
        return bool(self._connection.execute(_EXISTS, {"id": notebook}).scalar())

    def _one(self, statement: Any, *, key: str | None, person: PersonId) -> tuple[Notebook, Standing]:
        found = self._connection.execute(statement, {"id": key, "person": person, "zone": self._zone})
        row = found.mappings().first()
        if row is None:
            raise NotFound(kind="notebook")
        return notebook_of(row), standing_of(row["ways"])


def _changing(notebook: Notebook) -> dict[str, Any]:
    return {
        "id": notebook.id,
        "title": notebook.title,
        "labels": list(notebook.labels),
        "restricted": notebook.restricted,
        "closed_at": notebook.closed_at,
        "version": notebook.version,
        "entry_count": notebook.entry_count,
    }


class SqlGrants:
    """Shares, in PostgreSQL."""

    def __init__(self, connection: Connection, people: SqlPeople, *, zone: str) -> None:
        self._connection = connection
        self._people = people
        self._zone = zone

    def add(self, grant: Grant, *, given_by: PersonId) -> None:
        """Add a share and refresh the labels of all it ever reaches."""
        values = {
            "id": grant.id, "notebook": grant.target.notebook, "entry": grant.target.entry,
            "person": grant.beneficiary.person, "structure": grant.beneficiary.structure, "level": grant.level,
            "from_date": grant.from_date, "until_date": grant.until_date, "given_by": given_by,
        }  # fmt: skip
        self._connection.execute(_ADD_GRANT, values)
        self._people.refresh(self._ever_reached(grant.id))

    def get(self, grant: GrantId) -> Grant:
        """Return a share; NotFound."""
        row = self._connection.execute(_GET_GRANT, {"id": grant}).mappings().first()
        if row is None:
            raise NotFound(kind="grant", id=grant)
        return _grant(row)

    def remove(self, grant: Grant) -> None:
        """End a share and refresh the labels of all it reached."""
        reached = self._ever_reached(grant.id)
        self._connection.execute(_DROP_GRANT, {"id": grant.id})
        self._people.refresh(reached)

    def reached(self, beneficiary: Beneficiary) -> tuple[PersonId, ...]:
        """Return the people a share reaches today."""
        if beneficiary.person is not None:
            return (beneficiary.person,)
        found = self._connection.execute(_MEMBERS, {"structure": beneficiary.structure, "zone": self._zone})
        return tuple(found.scalars())

    def page(self, target: Target, *, after: str | None, limit: int) -> list[Grant]:
        """Return the shares in force or to come."""
        wanted = {
            "notebook": target.notebook, "entry": target.entry, "after": after, "limit": limit, "zone": self._zone
        }  # fmt: skip
        return [_grant(row) for row in self._connection.execute(_PAGE_GRANTS, wanted).mappings()]

    def _ever_reached(self, grant: GrantId) -> tuple[PersonId, ...]:
        return tuple(self._connection.execute(_EVER_REACHED, {"id": grant}).scalars())


def _grant(row: Row) -> Grant:
    return Grant(
        id=row["id"],
        target=Target(row["notebook"], row["entry"]),
        beneficiary=Beneficiary(row["person"], row["structure"]),
        level=row["level"],
        from_date=row["from_date"],
        until_date=row["until_date"],
    )
