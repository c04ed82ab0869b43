"""Walk over all entries and die of SIGKILL at a named moment: ``python dying.py PLAN`` (a JSON file)."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services.search.use_cases.rebuild import Rebuild
from tests.builders.libraries import Library, opensearch_library_of, postgres_library
from tests.builders.pages import page
from tests.fakes.search import FakeEntries

PAGES = 9
# After which call of what the process dies, and at which of its calls.
MOMENTS = {
    "generation_made": ("begin", 1),
    "first_slice_pulled": ("list_indexable", 1),
    "between_slices": ("list_indexable", 3),
    "last_slice_pulled": ("list_indexable", 5),
    "generations_swapped": ("swap", 1),
}
# Where pages go into an engine that is not in the same transaction.
OUTSIDE = {"slice_indexed": ("bulk", 2)}


class Deadly:
    """Something whose method kills the process right after its n-th call."""

    def __init__(self, real: Any, method: str, calls: int) -> None:
        self._real, self._method, self._left = real, method, calls

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._real, name)
        if name != self._method:
            return real

        def deadly(*arguments: Any, **named: Any) -> Any:
            done = real(*arguments, **named)
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)
            return done

        return deadly


@contextmanager
def library_of(plan: dict[str, Any]) -> Iterator[Library]:
    """Open the library of a plan."""
    if plan["engine"] == "postgresql":
        opened = postgres_library(plan["database"])
    else:
        opened = opensearch_library_of(plan["database"], plan["url"], name=plan["name"])
    with opened as library:
        yield library


def entries() -> FakeEntries:
    """Return the house of entries: it holds what the index must show."""
    return FakeEntries(pages={one.entry: one for one in map(page, range(1, PAGES + 1))})


def main(plan: dict[str, Any]) -> None:
    """Walk; die without a word when the moment comes."""
    method, calls = (MOMENTS | OUTSIDE)[plan["moment"]]
    with library_of(plan) as library:
        if method == "bulk":
            client = library.index.client
            client.bulk = Deadly(client, "bulk", calls).bulk
        index, held = Deadly(library.index, method, calls), Deadly(entries(), method, calls)
        walk = Rebuild(
            library.open_unit, held, index, pages_a_second=1000, pause=lambda _seconds: None, pages_a_commit=1
        )
        walk.start_over()
        while walk():
            pass


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
