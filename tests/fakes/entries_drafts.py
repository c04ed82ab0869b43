"""Remember drafts, remarks and imports in memory, by the same promises as PostgreSQL."""

from typing import Any

from contracts.errors import Conflict, Unavailable
from services.entries.domain.drafts import Draft, DraftShown, Update
from services.entries.domain.imports import Import
from services.entries.domain.labels import entry_label
from services.entries.domain.remarks import Comment
from tests.fakes.entries_people import Repository, found_in


class FakeDrafts(Repository):
    """Drafts and their rows."""

    def show(self, entry: Any, *, person: Any) -> DraftShown:
        """Return a page with its draft."""
        found = found_in(self.t.entries, entry, "entry")
        labels = (entry_label(found.id), *self.t.notebooks[found.notebook].labels)
        return DraftShown(found, self.standing(person, labels, author=found.author.id), self.t.drafts.get(entry))

    lock = show

    def held(self, entry: Any) -> Draft | None:
        """Return a draft."""
        return self.t.drafts.get(entry)

    def updates(self, entry: Any, *, after: int) -> list[Update]:
        """Return rows."""
        return [one for one in self.t.draft_updates.get(entry, ()) if one.cursor > after]

    def add(self, draft: Draft, update: Update) -> None:
        """Keep a row."""
        self.save(draft)
        self.t.draft_updates[draft.entry] = (*self.t.draft_updates.get(draft.entry, ()), update)

    def replace(self, draft: Draft, updates: Any) -> None:
        """Keep these rows instead of others."""
        self.save(draft)
        self.t.draft_updates[draft.entry] = tuple(updates)

    def save(self, draft: Draft) -> None:
        """Keep the draft."""
        self.t.drafts[draft.entry] = draft


class FakeRemarks(Repository):
    """Comments and tags."""

    def add(self, comment: Comment) -> None:
        """Keep a comment."""
        self.t.comments[comment.id] = comment

    settle = add

    def get(self, entry: Any, comment: Any) -> Comment:
        """Return a comment."""
        return found_in({one.id: one for one in self.page(entry, after=None, limit=10_000)}, comment, "comment")

    def page(self, entry: Any, *, after: Any, limit: int) -> list[Comment]:
        """Return comments."""
        said = sorted((one for one in self.t.comments.values() if one.entry == entry), key=lambda one: one.id)
        return [one for one in said if after is None or one.id > after][:limit]

    def thread_authors(self, entry: Any, thread: Any) -> Any:
        """Return who spoke."""
        return tuple({one.author.id for one in self.t.comments.values() if one.thread == thread})

    def readers_among(self, entry: Any, people: Any) -> Any:
        """Return readers."""
        found = self.t.entries[entry]
        labels = (entry_label(found.id), *self.t.notebooks[found.notebook].labels)
        return frozenset(one for one in people if self.standing(one, labels).reads)

    def tags_like(self, notebook: Any, *, person: Any, start: str, limit: int) -> list[str]:
        """Return tags, the notebook's first, then the most used."""
        unit, uses, here = self.t.notebooks[notebook].unit, dict[str, int](), set[str]()
        for one in self.t.entries.values():
            book = self.t.notebooks[one.notebook]
            if book.unit == unit and self.standing(person, (entry_label(one.id), *book.labels)).reads:
                for tag in one.tags:
                    uses[tag] = uses.get(tag, 0) + 1
                    here |= {tag} if book.id == notebook else set()
        found = [tag for tag in uses if tag.lower().startswith(start.lower())]
        return sorted(found, key=lambda tag: (tag not in here, -uses[tag], tag))[:limit]


class FakeImports(Repository):
    """Imports, and which archives notebooks hold."""

    def add(self, row: Import) -> None:
        """Add an import."""
        self.t.imports.setdefault(row.id, row)

    def get(self, identifier: Any) -> Import:
        """Return an import."""
        return found_in(self.t.imports, identifier, "import")

    lock = get

    def save(self, row: Import) -> None:
        """Keep it, unless a newer run took it over."""
        if self.t.imports[row.id].run > row.run:
            raise Unavailable(reason="another_run_took_over")
        self.t.imports[row.id] = row

    def pages_of(self, notebook: Any, archive: Any) -> Any:
        """Return the pages made of an archive."""
        return self.t.imported.get((notebook, archive))

    def record_done(self, row: Import) -> None:
        """Mark an archive as imported."""
        if (row.notebook, row.archive_sha256) in self.t.imported:
            raise Conflict(reason="already_imported")
        self.t.imported[row.notebook, row.archive_sha256] = row.made
