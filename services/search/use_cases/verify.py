"""Compare the index with what entries holds."""

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.identifiers import EntryId
from services.search.ports import Entries, Index, Refusal, UnitOfWorkFactory

PAGES_A_LOOK = 500
MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    What was found: how many pages were compared, and those at fault, at most ``MOST_NAMED`` of each.

    ``missing`` are not in the index, ``stale`` show an older change, ``surplus`` no entry stands behind, ``refused``
    the engine did not take.
    """

    compared: int
    missing: tuple[EntryId, ...]
    stale: tuple[EntryId, ...]
    surplus: tuple[EntryId, ...]
    refused: tuple[Refusal, ...]

    @property
    def clean(self) -> bool:
        """Say whether the index shows exactly what entries holds."""
        return not (self.missing or self.stale or self.surplus or self.refused)


@dataclass(frozen=True, slots=True)
class Verify:
    """Walk over both in id order, a slice at a time, so that neither is held in memory."""

    open_unit: UnitOfWorkFactory
    entries: Entries
    index: Index

    def __call__(self) -> Comparison:
        """
        Compare all.

        A page that changes meanwhile may be on its way into the index, and then counts as stale: compare again.

        Raises:
            Unavailable: entries or the index does not answer.

        """
        compared = 0
        missing, stale, surplus = list[EntryId](), list[EntryId](), list[EntryId]()
        for entry, wanted, shown in _side_by_side(self._held(), self._shown()):
            compared += 1
            if wanted is None:
                surplus.append(entry)
            elif shown is None:
                missing.append(entry)
            elif shown < wanted:
                stale.append(entry)
        with self.open_unit() as unit:
            refused = unit.refusals(MOST_NAMED)
        return Comparison(
            compared, tuple(missing[:MOST_NAMED]), tuple(stale[:MOST_NAMED]), tuple(surplus[:MOST_NAMED]), refused
        )

    def _held(self) -> Iterator[tuple[EntryId, int]]:
        cursor: str | None = None
        while True:
            piece = self.entries.list_indexable(cursor)
            yield from ((page.entry, page.change_number) for page in piece.pages)
            if (cursor := piece.next_cursor) is None:
                return

    def _shown(self) -> Iterator[tuple[EntryId, int]]:
        after: EntryId | None = None
        while some := self.index.changes(after, PAGES_A_LOOK):
            yield from some
            after = some[-1][0]


def _side_by_side(
    held: Iterator[tuple[EntryId, int]], shown: Iterator[tuple[EntryId, int]]
) -> Iterator[tuple[EntryId, int | None, int | None]]:
    """Merge two walks in id order; none stands where one of them lacks an entry."""
    left, right = next(held, None), next(shown, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[0] < right[0]):
            assert left is not None
            yield left[0], left[1], None
            left = next(held, None)
        elif left is None or right[0] < left[0]:
            yield right[0], None, right[1]
            right = next(shown, None)
        else:
            yield left[0], left[1], right[1]
            left, right = next(held, None), next(shown, None)
