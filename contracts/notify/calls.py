"""Agree on notices: what a person is told in the web app."""

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.envelope import Call, Done, Message, Page
from contracts.identifiers import EntryId, NoticeId

NoticeKind = Literal["to_sign", "signed", "returned", "sealed", "commented", "mentioned"]


class Notice(Message):
    """One notice, in the reader's language, with where it leads (``path`` in the web app)."""

    id: NoticeId
    kind: NoticeKind
    entry: EntryId | None = None
    title: str
    text: str
    path: str
    created_at: datetime
    read_at: datetime | None = None


class NoticeList(Message):
    """A slice of notices, newest first, and how many are unread in all."""

    items: tuple[Notice, ...]
    unread: int = 0
    next_cursor: str | None = None


class ListNotices(Call, Page):
    """List the acting person's notices."""

    service = "notify"
    method = "list_notices"
    unread_only: bool = False
    reply: ClassVar[type[Message]] = NoticeList


class ReadNotices(Call):
    """Mark notices of the acting person as read. Idempotent."""

    service = "notify"
    method = "read_notices"
    changes = True
    ids: tuple[NoticeId, ...] = Field(min_length=1, max_length=200)
    reply: ClassVar[type[Message]] = Done
