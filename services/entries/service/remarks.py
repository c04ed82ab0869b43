"""Stand at the bus for what people say beside a page, and for what the screens of the web app read."""

from dataclasses import asdict
from typing import Any

from chassis.bus.edge import CallContext, answers
from contracts.entries import calls
from services.entries.domain.comparison import Block
from services.entries.domain.remarks import Comment, Said
from services.entries.domain.views import Sought
from services.entries.service import replies as say
from services.entries.service.replies import caller, next_cursor, number_after
from services.entries.wiring import House


class Remarks:
    """What changes beside the text."""

    house: House

    @answers(calls.AddComment)
    def add_comment(self, call: calls.AddComment, context: CallContext) -> calls.Comment:
        """Comment on an entry."""
        said = call.comment
        fields = Said(said.text, said.thread, said.mentions, said.anchor, said.quote)
        return _comment(self.house.write.add_comment(caller(context), entry=call.entry, said=fields))

    @answers(calls.ResolveComment)
    def resolve_comment(self, call: calls.ResolveComment, context: CallContext) -> calls.Comment:
        """Resolve a thread, or open it again."""
        settled = self.house.write.resolve_comment(
            caller(context), entry=call.entry, comment=call.comment, reopen=call.reopen
        )
        return _comment(settled)

    @answers(calls.ChangeTags)
    def change_tags(self, call: calls.ChangeTags, context: CallContext) -> calls.TagList:
        """Add and remove tags."""
        tags = self.house.write.change_tags(caller(context), entry=call.entry, add=call.add, remove=call.remove)
        return calls.TagList(items=tags)


class Screens:
    """What the screens read beside pages and revisions."""

    house: House

    @answers(calls.ListEntries)
    def list_entries(self, call: calls.ListEntries, context: CallContext) -> calls.EntryList:
        """List a notebook's pages."""
        sought = Sought(call.state, call.author, call.tag, call.q, call.newest_first)
        found = self.house.read.list_entries(
            caller(context), notebook=call.notebook, sought=sought, after=number_after(call.cursor), limit=call.limit
        )
        following = next_cursor(found, call.limit, key="number")
        return calls.EntryList(items=tuple(map(say.entry_summary, found)), next_cursor=following)

    @answers(calls.ListComments)
    def list_comments(self, call: calls.ListComments, context: CallContext) -> calls.CommentList:
        """List an entry's comments."""
        found = self.house.read.list_comments(caller(context), entry=call.entry, after=call.cursor, limit=call.limit)
        return calls.CommentList(items=tuple(map(_comment, found)), next_cursor=next_cursor(found, call.limit))

    @answers(calls.SuggestTags)
    def suggest_tags(self, call: calls.SuggestTags, context: CallContext) -> calls.TagList:
        """Suggest tags others use."""
        found = self.house.read.suggest_tags(caller(context), notebook=call.notebook, start=call.q)
        return calls.TagList(items=tuple(found))

    @answers(calls.GetToday)
    def get_today(self, call: calls.GetToday, context: CallContext) -> calls.Today:
        """Return what waits for the acting person."""
        found = self.house.read.show_today(caller(context), limit=call.limit)
        lists = {name: tuple(map(say.entry_summary, getattr(found, name))) for name in calls.Today.model_fields}
        return calls.Today(**lists)

    @answers(calls.CompareRevisions)
    def compare_revisions(self, call: calls.CompareRevisions, context: CallContext) -> calls.Comparison:
        """Compare two revisions."""
        found = self.house.read.compare_revisions(
            caller(context), entry=call.entry, before=call.from_revision, after=call.to_revision
        )
        files = ({**asdict(one), "before_sha256": one.before, "after_sha256": one.after} for one in found.attachments)
        return calls.Comparison.model_validate(
            {
                "entry": call.entry, "from_revision": call.from_revision, "to_revision": call.to_revision,
                "title": [asdict(run) for run in found.title], "blocks": [_block(one) for one in found.blocks],
                "fields": [asdict(one) for one in found.fields], "attachments": list(files), "coarse": found.coarse,
            }
        )  # fmt: skip


def _block(found: Block) -> dict[str, Any]:
    return {
        "op": found.op, "before": found.before, "after": found.after, "words": [asdict(run) for run in found.words],
        "blocks": [_block(one) for one in found.blocks],
    }  # fmt: skip


def _comment(found: Comment) -> calls.Comment:
    said, by = found.said, found.resolved_by
    return calls.Comment(
        id=found.id, entry=found.entry, thread=found.thread, author=found.author.id, author_name=found.author.name,
        text=said.text, mentions=said.mentions, anchor=said.anchor, quote=said.quote, revision=found.revision,
        created_at=found.created_at, resolved_at=found.resolved_at, resolved_by=by.id if by else None,
        resolved_by_name=by.name if by else None,
    )  # fmt: skip
