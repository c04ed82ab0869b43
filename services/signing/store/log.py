"""Remember the log: leaves in order, heads, and their time-stamps."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, func, insert, select

from chassis.statements import ask
from services.signing.domain.leaf import Leaf, LeafDraft
from services.signing.domain.notes import Checkpoint, CheckpointStamp
from services.signing.store import tables

# Advisory locks of this database; any other number would do, the same number must mean the same thing.
_APPEND, _HEADS, _FOLDER = 7_200_001, 7_200_002, 7_200_003
# One round trip, two statements: the second sees the leaf of whoever held the lock before. Built once, as every save
# of the institution passes here, one after the other.
_LOCK = "SELECT pg_advisory_xact_lock(:lock)"
_ADD = """
INSERT INTO log_leaf (index, leaf, salt, kind, subject)
SELECT (SELECT coalesce(max(index), -1) FROM log_leaf) + place, leaf, salt, kind, subject
FROM unnest(CAST(:leaves AS bytea[]), CAST(:salts AS bytea[]), CAST(:kinds AS text[]), CAST(:subjects AS text[]))
  WITH ORDINALITY AS draft (leaf, salt, kind, subject, place)
RETURNING index
"""
_SIZE = select(func.coalesce(func.max(tables.log_leaf.c.index) + 1, 0))


class SqlLog:
    """
    Keep the log.

    The index is counted under a lock held until commit, not taken from a sequence: a rolled back transaction must
    leave no gap, and no leaf may become visible before one with a smaller index.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, draft: LeafDraft) -> int:
        """Give the leaf the next index."""
        (index,) = self._add((draft,))
        return index

    def extend(self, drafts: Sequence[LeafDraft]) -> None:
        """Give the leaves the next indexes."""
        self._add(drafts)

    def _add(self, drafts: Sequence[LeafDraft]) -> list[int]:
        columns = {
            "leaves": [draft.data for draft in drafts],
            "salts": [draft.salt for draft in drafts],
            "kinds": [draft.kind for draft in drafts],
            "subjects": [draft.subject for draft in drafts],
        }
        return list(ask(self._connection, _ADD, {"lock": _APPEND, **columns}, first=(_LOCK,)).scalars())

    def size(self) -> int:
        """Return how many leaves there are."""
        return int(self._connection.execute(_SIZE).scalar_one())

    def leaves(self, start: int, *, limit: int) -> tuple[Leaf, ...]:
        """Return leaves in order."""
        columns = tables.log_leaf.c
        query = select(columns.index, columns.leaf, columns.salt).where(columns.index >= start)
        rows = self._connection.execute(query.order_by(columns.index).limit(limit)).all()
        return tuple(Leaf(index, bytes(leaf), bytes(salt)) for index, leaf, salt in rows)

    def lock_heads(self) -> None:
        """Let one signer of heads go on at a time."""
        self._connection.execute(select(func.pg_advisory_xact_lock(_HEADS)))

    def try_lock_folder(self) -> bool:
        """Tell whether we alone may write the folder until the end of this transaction."""
        return bool(self._connection.execute(select(func.pg_try_advisory_xact_lock(_FOLDER))).scalar())

    def newest_checkpoint(self) -> Checkpoint | None:
        """Return the largest head."""
        query = select(tables.checkpoint).order_by(tables.checkpoint.c.size.desc()).limit(1)
        return _checkpoint(self._connection.execute(query).mappings().one_or_none())

    def first_covering(self, index: int) -> Checkpoint | None:
        """Return the smallest head that holds a leaf."""
        query = select(tables.checkpoint).where(tables.checkpoint.c.size > index)
        query = query.order_by(tables.checkpoint.c.size).limit(1)
        return _checkpoint(self._connection.execute(query).mappings().one_or_none())

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep a head."""
        row = {"size": checkpoint.size, "root": checkpoint.root, "text": checkpoint.text}
        self._connection.execute(insert(tables.checkpoint).values(**row, signed_at=checkpoint.signed_at))

    def stamps(self, size: int) -> tuple[CheckpointStamp, ...]:
        """Return a head's time-stamps in order."""
        columns = tables.checkpoint_stamp.c
        query = select(tables.checkpoint_stamp).where(columns.size == size).order_by(columns.position)
        return tuple(
            CheckpointStamp(row["authority"], bytes(row["token"]), row["gen_time"])
            for row in self._connection.execute(query).mappings()
        )

    def add_stamps(self, size: int, stamps: Sequence[CheckpointStamp]) -> None:
        """Keep a head's time-stamps, unless it has some: the evidence must show the same ones every time."""
        if self.stamps(size):
            return
        rows = [
            {
                "size": size,
                "position": position,
                "authority": stamp.authority,
                "token": stamp.token,
                "gen_time": stamp.gen_time,
            }
            for position, stamp in enumerate(stamps)
        ]
        self._connection.execute(insert(tables.checkpoint_stamp), rows)

    def last_stamped_at(self) -> dt.datetime | None:
        """Return when a head was last dated."""
        newest: dt.datetime | None = self._connection.execute(
            select(func.max(tables.checkpoint_stamp.c.gen_time))
        ).scalar()
        return newest


def _checkpoint(row: RowMapping | None) -> Checkpoint | None:
    if row is None:
        return None
    return Checkpoint(size=row["size"], root=bytes(row["root"]), text=row["text"], signed_at=row["signed_at"])
