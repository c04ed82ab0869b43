"""Read lists of entries with what their rows show: counts, and whether the draft is ahead."""

# ruff: noqa: S608 -- statements are joined from this house's own constants; every value is bound

from sqlalchemy import Connection, text

from contracts.identifiers import NotebookId, PersonId
from services.entries.domain.views import EntryListed, Sought, TodayShown
from services.entries.store.people import folded
from services.entries.store.rows import ENTRY, Row, entry_of, readable

_LISTED = f"""SELECT {ENTRY},
  (SELECT count(*) FROM attachment a WHERE a.entry = e.id AND a.number = e.head) AS attachment_count,
  (SELECT count(*) FROM comment c WHERE c.entry = e.id) AS comment_count,
  (SELECT count(*) FROM comment c WHERE c.entry = e.id AND c.thread = c.id AND c.resolved_at IS NULL)
    AS open_comment_count,
  EXISTS (SELECT 1 FROM draft d WHERE d.entry = e.id AND d.ahead) AS draft_ahead
FROM entry e JOIN notebook n ON n.id = e.notebook"""
# Without accents and case, as ``folded`` does for the words: combining marks are U+0300 to U+036F.
_TITLE = "lower(regexp_replace(normalize(e.title, NFKD), '[\u0300-\u036f]', '', 'g'))"
_SOUGHT = f"""e.notebook = :notebook
  AND (cardinality(CAST(:states AS text[])) = 0 OR e.state = ANY (:states))
  AND (CAST(:author AS text) IS NULL OR e.author = :author)
  AND (CAST(:tag AS text) IS NULL OR lower(CAST(:tag AS text)) = ANY (SELECT lower(t) FROM unnest(e.tags) t))
  AND NOT EXISTS (SELECT 1 FROM unnest(CAST(:patterns AS text[])) p WHERE {_TITLE} NOT LIKE p ESCAPE '!')"""
_UPWARDS = text(f"{_LISTED} WHERE {_SOUGHT} AND e.number > :after ORDER BY e.number LIMIT :limit")
_DOWNWARDS = text(f"{_LISTED} WHERE {_SOUGHT} AND e.number < :after ORDER BY e.number DESC LIMIT :limit")
_UNSAVED = text(f"""{_LISTED} JOIN draft w ON w.entry = e.id AND w.ahead
WHERE (e.author = :person OR w.changed_by = :person) AND e.state IN ('open', 'in_circuit', 'returned')
  AND {readable("e")} ORDER BY w.changed_at DESC LIMIT :limit""")
_RETURNED = text(f"""{_LISTED} WHERE e.author = :person AND e.state = 'returned' AND {readable("e")}
ORDER BY e.changed_at DESC LIMIT :limit""")
_RECENT = text(f"""{_LISTED} WHERE e.author = :person AND e.state <> 'struck_out' AND {readable("e")}
ORDER BY e.changed_at DESC, e.id DESC LIMIT :limit""")
_BEYOND = 2**31 - 1


def page(
    connection: Connection, notebook: NotebookId, sought: Sought, *, after: int | None, limit: int
) -> list[EntryListed]:
    """Return a notebook's pages by number, after or, newest first, before a number."""
    wanted = {
        "notebook": notebook, "states": list(sought.states), "author": sought.author, "tag": sought.tag,
        "patterns": [f"%{_escaped(word)}%" for word in folded(sought.words).split()], "limit": limit,
    }  # fmt: skip
    if sought.newest_first:
        rows = connection.execute(_DOWNWARDS, {**wanted, "after": _BEYOND if after is None else after})
    else:
        rows = connection.execute(_UPWARDS, {**wanted, "after": after or 0})
    return [_listed(row) for row in rows.mappings()]


def today(connection: Connection, person: PersonId, *, limit: int, zone: str) -> TodayShown:
    """Return what waits for a person."""
    wanted = {"person": person, "limit": limit, "zone": zone}
    unsaved, returned, recent = (
        tuple(_listed(row) for row in connection.execute(statement, wanted).mappings())
        for statement in (_UNSAVED, _RETURNED, _RECENT)
    )
    return TodayShown(unsaved, returned, recent)


def _listed(row: Row) -> EntryListed:
    return EntryListed(
        entry_of(row), row["attachment_count"], row["comment_count"], row["open_comment_count"], row["draft_ahead"]
    )


def _escaped(word: str) -> str:
    return word.replace("!", "!!").replace("%", "!%").replace("_", "!_")
