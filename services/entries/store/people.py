"""Remember the tree, people, and what they hold."""

# ruff: noqa: S608 -- statements are joined from this house's own constants; every value is bound

import unicodedata
from collections.abc import Sequence

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from contracts.errors import Conflict, NotFound
from contracts.identifiers import EntryId, PersonId, StructureId
from services.entries.domain.people import Affiliation, Person, PersonDetail, ReaderLabel, Role
from services.entries.domain.structures import Structure
from services.entries.store.rows import PERSON, affiliation_of, in_force, person_of, role_of, structure_of

_ADD_STRUCTURE = text(
    "INSERT INTO structure (id, kind, code, name, path, rors) VALUES (:id, :kind, :code, :name, :path, :rors)"
)
_GET_STRUCTURE = text("SELECT s.id, s.kind, s.code, s.name, s.path, s.rors FROM structure s WHERE s.id = :id")
_PAGE_STRUCTURES = text("""
SELECT s.id, s.kind, s.code, s.name, s.path, s.rors FROM structure s
WHERE (CAST(:parent AS text) IS NULL OR s.path[cardinality(s.path) - 1] = :parent)
  AND (CAST(:after AS text) IS NULL OR (cardinality(s.path), s.id) >
       (SELECT cardinality(a.path), a.id FROM structure a WHERE a.id = :after))
ORDER BY cardinality(s.path), s.id LIMIT :limit""")
_LOCK_RIGHTS = text("SELECT pg_advisory_xact_lock(hashtextextended('rights', 0))")
_ADD_PERSON = text("""
INSERT INTO person (id, display_name, given_name, family_name, mail, mail_key, orcid, locale, status, sought)
VALUES (:id, :display_name, :given_name, :family_name, :mail, :mail_key, :orcid, :locale, :status, :sought)""")
_ADD_ROLE = text("""
INSERT INTO role (id, person, name, structure, from_date, until_date)
VALUES (:id, :person, :name, :structure, :from_date, :until_date)""")
_ADD_AFFILIATION = text("""
INSERT INTO affiliation (id, person, structure, from_date, until_date, source)
VALUES (:id, :person, :structure, :from_date, :until_date, :source)""")
_LEAVE = text("UPDATE person SET status = 'left' WHERE id = :id")
_GET_PERSON = text(f"SELECT {PERSON} FROM person p WHERE p.id = :id")
_ROLES = text("""
SELECT r.id, r.person, r.name, r.structure, r.from_date, r.until_date FROM role r
WHERE r.person = :id ORDER BY r.id""")
_AFFILIATIONS = text("""
SELECT a.id, a.person, a.structure, a.from_date, a.until_date, a.source FROM affiliation a
WHERE a.person = :id ORDER BY a.id""")
_ROLES_TODAY = text(f"""
SELECT r.id, r.person, r.name, r.structure, r.from_date, r.until_date
FROM role r JOIN person p ON p.id = r.person WHERE r.person = :id AND p.status = 'active' AND {in_force("r")}
ORDER BY r.id""")
_FIND = text(f"""
SELECT {PERSON} FROM person p WHERE p.sought LIKE :pattern ESCAPE '!'
  AND (CAST(:after AS text) IS NULL
       OR (p.sought, p.id) > (SELECT a.sought, a.id FROM person a WHERE a.id = :after))
ORDER BY p.sought, p.id LIMIT :limit""")
_SEVERAL = text(f"SELECT {PERSON} FROM person p WHERE p.id = ANY (:ids) ORDER BY array_position(:ids, p.id::text)")
_LEADS = text(f"""
SELECT {PERSON}, max(array_position(n.path, r.structure::text)) AS depth
FROM entry e JOIN notebook n ON n.id = e.notebook JOIN role r ON r.structure = ANY (n.path) AND r.name = 'lead'
JOIN person p ON p.id = r.person AND p.status = 'active'
WHERE e.id = :entry AND {in_force("r")} GROUP BY p.id ORDER BY depth DESC, p.id""")
_KNOWN_ENTRY = text("SELECT 1 FROM entry WHERE id = :entry")
_DROP_LABELS = text("DELETE FROM reader_label WHERE person = ANY (:people)")
_MAKE_LABELS = text("""
INSERT INTO reader_label (person, label, way, from_date, until_date)
SELECT s.person, s.label, s.way, s.from_date, s.until_date FROM reader_label_source s WHERE s.person = ANY (:people)""")
_LABELS = text("""
SELECT DISTINCT l.person, l.label, l.from_date, l.until_date FROM reader_label l
WHERE l.person = ANY (:people) AND l.label <> '-' ORDER BY l.person, l.label, l.from_date""")
_NEXT_READERS = text("""
SELECT DISTINCT l.person FROM reader_label l WHERE (CAST(:after AS text) IS NULL OR l.person > :after)
ORDER BY l.person LIMIT :limit""")
# A slice of everybody's labels counts in people, each with all of theirs.
_LABELS_EACH = 4


class SqlStructures:
    """The tree, in PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, structure: Structure) -> None:
        """Add a node; Conflict when its code is taken or there is an institution."""
        values = {
            "id": structure.id, "kind": structure.kind, "code": structure.code, "name": structure.name,
            "path": list(structure.path), "rors": list(structure.rors),
        }  # fmt: skip
        try:
            self._connection.execute(_ADD_STRUCTURE, values)
        except IntegrityError as error:
            raise Conflict(reason="structure_exists", code=structure.code) from error

    def get(self, structure: StructureId) -> Structure:
        """Return a node; NotFound."""
        row = self._connection.execute(_GET_STRUCTURE, {"id": structure}).mappings().first()
        if row is None:
            raise NotFound(kind="structure", id=structure)
        return structure_of(row)

    def page(self, *, parent: StructureId | None, after: str | None, limit: int) -> list[Structure]:
        """Return nodes, parents before children."""
        rows = self._connection.execute(_PAGE_STRUCTURES, {"parent": parent, "after": after, "limit": limit})
        return [structure_of(row) for row in rows.mappings()]


class SqlPeople:
    """People, in PostgreSQL."""

    def __init__(self, connection: Connection, *, zone: str) -> None:
        self._connection = connection
        self._zone = zone

    def lock_rights(self) -> None:
        """Take turns: two who change rights at once would each miss what the other gives."""
        self._connection.execute(_LOCK_RIGHTS)

    def add(self, person: Person) -> None:
        """Add a person; Conflict when the mail is known."""
        fields = person.fields
        values = {
            "id": person.id, "display_name": fields.display_name, "given_name": fields.given_name,
            "family_name": fields.family_name, "mail": fields.mail, "mail_key": fields.mail.casefold(),
            "orcid": fields.orcid, "locale": fields.locale, "status": person.status,
            "sought": folded(f" {fields.family_name} {fields.given_name} {fields.display_name} {fields.mail}"),
        }  # fmt: skip
        try:
            self._connection.execute(_ADD_PERSON, values)
        except IntegrityError as error:
            raise Conflict(reason="mail_known") from error

    def add_role(self, role: Role) -> None:
        """Give a role."""
        self._connection.execute(
            _ADD_ROLE,
            {
                "id": role.id, "person": role.person, "name": role.name, "structure": role.structure,
                "from_date": role.from_date, "until_date": role.until_date,
            },
        )  # fmt: skip
        self.refresh((role.person,))

    def add_affiliation(self, affiliation: Affiliation) -> None:
        """Attach to a structure."""
        self._connection.execute(
            _ADD_AFFILIATION,
            {
                "id": affiliation.id, "person": affiliation.person, "structure": affiliation.structure,
                "from_date": affiliation.from_date, "until_date": affiliation.until_date, "source": affiliation.source,
            },
        )  # fmt: skip
        self.refresh((affiliation.person,))

    def leave(self, person: PersonId) -> None:
        """Mark a person as gone, and drop all that opens something to them."""
        self._connection.execute(_LEAVE, {"id": person})
        self.refresh((person,))

    def refresh(self, people: Sequence[PersonId]) -> None:
        """Make the labels of these people again from what they hold."""
        if people:
            self._connection.execute(_DROP_LABELS, {"people": list(people)})
            self._connection.execute(_MAKE_LABELS, {"people": list(people)})

    def detail(self, person: PersonId) -> PersonDetail:
        """Return a person with roles and affiliations; NotFound."""
        row = self._connection.execute(_GET_PERSON, {"id": person}).mappings().first()
        if row is None:
            raise NotFound(kind="person", id=person)
        roles = self._connection.execute(_ROLES, {"id": person}).mappings()
        affiliations = self._connection.execute(_AFFILIATIONS, {"id": person}).mappings()
        return PersonDetail(person_of(row), tuple(map(role_of, roles)), tuple(map(affiliation_of, affiliations)))

    def roles_today(self, person: PersonId) -> tuple[Role, ...]:
        """Return the roles in force of an active person."""
        rows = self._connection.execute(_ROLES_TODAY, {"id": person, "zone": self._zone}).mappings()
        return tuple(map(role_of, rows))

    def find(self, words: str, *, after: str | None, limit: int) -> list[Person]:
        """Return people by the beginning of a name or mail."""
        sought = folded(words).replace("!", "!!").replace("%", "!%").replace("_", "!_")
        found = self._connection.execute(_FIND, {"pattern": f"% {sought}%", "after": after, "limit": limit})
        return [person_of(row) for row in found.mappings()]

    def several(self, people: Sequence[PersonId]) -> list[Person]:
        """Return people by id, in the order asked for."""
        found = self._connection.execute(_SEVERAL, {"ids": list(people)}) if people else None
        return [person_of(row) for row in found.mappings()] if found else []

    def leads_of(self, entry: EntryId) -> list[Person]:
        """Return the leads above an entry, nearest first; NotFound."""
        if self._connection.execute(_KNOWN_ENTRY, {"entry": entry}).first() is None:
            raise NotFound(kind="entry", id=entry)
        found = self._connection.execute(_LEADS, {"entry": entry, "zone": self._zone})
        return [person_of(row) for row in found.mappings()]

    def labels(self, *, person: PersonId | None, after: str | None, limit: int) -> tuple[list[ReaderLabel], str | None]:
        """Return labels of one person, or of everybody by cursor."""
        if person is not None:
            return self._labels([person]), None
        wanted = max(1, limit // _LABELS_EACH)
        people = list(self._connection.execute(_NEXT_READERS, {"after": after, "limit": wanted}).scalars())
        return self._labels(people), people[-1] if len(people) == wanted else None

    def _labels(self, people: list[str]) -> list[ReaderLabel]:
        rows = self._connection.execute(_LABELS, {"people": people}) if people else ()
        return [ReaderLabel(row.person, row.label, row.from_date, row.until_date) for row in rows]


def folded(words: str) -> str:
    """Return words without case and accents, so that ``Lefevre`` finds ``Lefèvre``."""
    apart = unicodedata.normalize("NFKD", words.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
