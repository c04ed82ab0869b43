"""Tag pages, and suggest tags others use."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.errors import NotFound
from contracts.identifiers import EntryId, NotebookId
from services.entries.domain.caller import Caller
from services.entries.domain.remarks import retagged
from services.entries.ports.unit_of_work import Readings, Units

SUGGESTED = 20


@dataclass(frozen=True, slots=True)
class ChangeTags:
    """Tags are beside the text, so that they change on a sealed page too; who may comment may tag."""

    units: Units

    def __call__(self, caller: Caller, *, entry: EntryId, add: Sequence[str], remove: Sequence[str]) -> tuple[str, ...]:
        """
        Return the tags as they are now; a repeat changes nothing.

        Raises:
            NotFound: no such page the actor may read.
            Forbidden: the actor may not comment.
            Invalid: no tag, or too many.

        """
        with self.units(caller) as uow:
            found = uow.entries.lock(entry, person=caller.person)
            found.standing.demand("comment")
            changed, facts = retagged(found.entry, add=add, remove=remove)
            if facts:
                uow.entries.save(changed)
                uow.publish(*facts)
                uow.commit()
        return changed.tags


@dataclass(frozen=True, slots=True)
class SuggestTags:
    """Help people to use the same words."""

    readings: Readings

    def __call__(self, caller: Caller, *, notebook: NotebookId, start: str) -> list[str]:
        """Return tags that begin so, those of the notebook first; NotFound when the actor may not read it."""
        with self.readings() as store:
            _, standing = store.notebooks.get(notebook=notebook, reference=None, person=caller.person)
            if not standing.reads:
                raise NotFound
            return store.remarks.tags_like(notebook, person=caller.person, start=start, limit=SUGGESTED)
