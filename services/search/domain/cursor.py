"""Write the place where a slice of hits ended as an opaque cursor, and read it back."""

import base64
import json
from datetime import datetime

from contracts.errors import FieldProblem, Invalid
from contracts.identifiers import EntryId
from services.search.domain.query import After

_ORDERS = {"r": "relevance", "n": "newest"}


def write_cursor(after: After | None) -> str | None:
    """Return the cursor of the slice that follows ``after``."""
    if after is None:
        return None
    row = [after.sort[0], after.score, after.changed_at.isoformat(), after.entry]
    return base64.urlsafe_b64encode(json.dumps(row).encode()).decode().rstrip("=")


def read_cursor(cursor: str | None) -> After | None:
    """
    Return where the slice begins.

    Raises:
        Invalid: the cursor was not made by ``write_cursor``.

    """
    if cursor is None:
        return None
    try:
        order, score, changed_at, entry = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        when = datetime.fromisoformat(changed_at)
        sort = _ORDERS[order]
        after = After("newest" if sort == "newest" else "relevance", float(score), when, EntryId(str(entry)))
    except (ValueError, TypeError, KeyError) as error:
        raise Invalid(FieldProblem("cursor", "not a cursor of this list", "start again without it")) from error
    if when.tzinfo is None:
        raise Invalid(FieldProblem("cursor", "not a cursor of this list", "start again without it"))
    return after
