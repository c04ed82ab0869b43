"""Stand at the bus for the house of search: parse, call a use case, answer."""

from collections.abc import Sequence

from chassis.bus.edge import Assembled, CallContext, Heard, answers, gathers, listens
from contracts.entries import events as entries
from contracts.envelope import Envelope
from contracts.errors import Forbidden
from contracts.identifiers import EntryId
from contracts.search import calls
from contracts.storage import events as storage
from services.search.domain.cursor import read_cursor, write_cursor
from services.search.domain.page import Found, Hit
from services.search.domain.parser import parse
from services.search.domain.query import Filters, Query, ReadableBy
from services.search.wiring import House, assemble

# A page saved is found within 50 ms (docs/adr/0009): a handful rests this long at least, for the next to grow.
PAGES_REST_SECONDS = 0.002

Changed = (
    entries.EntryCreated | entries.RevisionAppended | entries.EntryStateChanged | entries.EntryStruckOut
    | entries.CommentAdded | entries.CommentResolved | entries.TagsChanged
)  # fmt: skip


class Search:
    """The house of search on the bus."""

    name = "search"
    house: House = Assembled(assemble)

    @answers(calls.FindEntries)
    def find_entries(self, call: calls.FindEntries, context: CallContext) -> calls.Found:
        """Find pages the acting person may read."""
        if context.actor.person is None:
            raise Forbidden(action="search")
        query = Query(
            access=ReadableBy(context.actor.person),
            expression=parse(call.q),
            filters=Filters(
                notebook=call.notebook,
                unit=call.unit,
                team=call.team,
                author=call.author,
                state=call.state,
                tag=call.tag,
                file_type=call.file_type,
                year_month=call.year_month,
            ),
            sort=call.sort,
            facets=call.facets,
            limit=call.limit,
            after=read_cursor(call.cursor),
        )
        return _found(self.house.find_entries(query))

    @gathers(entries.EntryCreated, rest_seconds=PAGES_REST_SECONDS)
    def entry_created(self, heard: Sequence[Heard[entries.EntryCreated]]) -> None:
        """Index the new pages."""
        self._index(heard)

    @gathers(entries.RevisionAppended, rest_seconds=PAGES_REST_SECONDS)
    def revision_appended(self, heard: Sequence[Heard[entries.RevisionAppended]]) -> None:
        """Index the pages as they are now."""
        self._index(heard)

    @gathers(entries.EntryStateChanged, rest_seconds=PAGES_REST_SECONDS)
    def entry_state_changed(self, heard: Sequence[Heard[entries.EntryStateChanged]]) -> None:
        """Index the pages as they are now."""
        self._index(heard)

    @gathers(entries.EntryStruckOut, rest_seconds=PAGES_REST_SECONDS)
    def entry_struck_out(self, heard: Sequence[Heard[entries.EntryStruckOut]]) -> None:
        """Index the pages as they are now."""
        self._index(heard)

    @gathers(entries.CommentAdded, rest_seconds=PAGES_REST_SECONDS)
    def comment_added(self, heard: Sequence[Heard[entries.CommentAdded]]) -> None:
        """Index the pages with what was said of them."""
        self._index(heard)

    @gathers(entries.CommentResolved, rest_seconds=PAGES_REST_SECONDS)
    def comment_resolved(self, heard: Sequence[Heard[entries.CommentResolved]]) -> None:
        """Follow the pages' change numbers."""
        self._index(heard)

    @gathers(entries.TagsChanged, rest_seconds=PAGES_REST_SECONDS)
    def tags_changed(self, heard: Sequence[Heard[entries.TagsChanged]]) -> None:
        """Index the pages under their new tags."""
        self._index(heard)

    @listens(entries.NotebookChanged)
    def notebook_changed(self, event: entries.NotebookChanged, envelope: Envelope) -> None:  # noqa: ARG002
        """Hide the notebook at once when it is denied, and pull its pages again."""
        self.house.follow_notebook(event.notebook, denied=event.denied)
        self.house.feeder.wake()

    @listens(entries.RoleChanged)
    def role_changed(self, event: entries.RoleChanged, envelope: Envelope) -> None:  # noqa: ARG002
        """Refresh what the person may read."""
        self.house.refresh_reader_labels(event.person)

    @listens(entries.PersonAffiliated)
    def person_affiliated(self, event: entries.PersonAffiliated, envelope: Envelope) -> None:  # noqa: ARG002
        """Refresh what the person may read."""
        self.house.refresh_reader_labels(event.person)

    @listens(entries.PersonLeft)
    def person_left(self, event: entries.PersonLeft, envelope: Envelope) -> None:  # noqa: ARG002
        """Refresh what the person may read."""
        self.house.refresh_reader_labels(event.person)

    @listens(entries.GrantChanged)
    def grant_changed(self, event: entries.GrantChanged, envelope: Envelope) -> None:  # noqa: ARG002
        """Refresh what the people may read; a grant to a team or unit makes everybody's labels doubtful."""
        if event.structure is not None:
            self.house.distrust_all_labels()
        for person in event.people:
            self.house.refresh_reader_labels(person)

    @listens(storage.TextExtracted)
    def text_extracted(self, event: storage.TextExtracted, envelope: Envelope) -> None:  # noqa: ARG002
        """Index the pages that name the file with what is written in it."""
        self.house.take_text(event.sha256)
        self.house.feeder.wake()

    def _index(self, heard: Sequence[Heard[Changed]]) -> None:
        newest: dict[EntryId, int] = {}
        for one in heard:
            newest[one.event.entry] = max(one.event.change_number, newest.get(one.event.entry, 0))
        self.house.index_entries(newest)


def _found(found: Found) -> calls.Found:
    return calls.Found(
        items=tuple(_hit(hit) for hit in found.hits),
        total=found.total,
        facets={
            name: tuple(calls.FacetValue(value=one.value, label=one.label, count=one.count) for one in counts)
            for name, counts in found.facets.items()
        },
        next_cursor=write_cursor(found.after),
    )


def _hit(hit: Hit) -> calls.Hit:
    page = hit.page
    return calls.Hit(
        entry=page.entry, reference=page.reference, title=page.title, state=page.state,
        notebook=page.notebook, notebook_reference=page.notebook_reference, notebook_title=page.notebook_title,
        author=page.author, author_name=page.author_name, changed_at=page.changed_at, score=hit.score,
        snippets=tuple(
            calls.Snippet(
                place=one.place, text=one.text, ranges=one.ranges, file=one.file, label=one.label
            ) for one in hit.snippets
        ),
    )  # fmt: skip
