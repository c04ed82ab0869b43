"""Announce what search found by itself."""

from contracts.envelope import Event
from contracts.identifiers import EntryId


class PageRefused(Event):
    """The index will never take a page as it is at this change, which nobody finds until it changes: page someone."""

    source = "search"
    type = "PageRefused"
    entry: EntryId
    change_number: int
