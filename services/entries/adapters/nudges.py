"""Nudge whoever has a page open: transient and unconfirmed, because a sync repairs what is lost (decision 16)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import orjson

from contracts.topology import NUDGES_EXCHANGE
from services.entries.domain import facts

_WHAT: dict[type[facts.Fact], str] = {
    facts.RevisionAppended: "revision",
    facts.EntryStateChanged: "state",
    facts.CommentAdded: "comments",
    facts.CommentResolved: "comments",
    facts.TagsChanged: "tags",
}


class Line(Protocol):
    """What is needed of ``chassis.bus.client.BusClient``."""

    def nudge(self, body: bytes, *, exchange: str, routing_key: str) -> None:
        """Send bytes to whoever listens, if anybody does."""


@dataclass(frozen=True, slots=True)
class Nudges:
    """Tell the gateways what became true of an entry; routed by the entry's id."""

    line: Line

    def told(self, happened: Sequence[facts.Fact]) -> None:
        """Nudge for each fact that concerns an open page."""
        for fact in happened:
            if isinstance(fact, facts.DraftChanged):
                self._send(fact.entry, {"kind": "draft", "epoch": fact.epoch, "cursor": fact.cursor})
            elif isinstance(fact, facts.RevisionAppended | facts.EntryStateChanged | facts.Remark):
                self._send(fact.entry, {"kind": "entry", "what": _WHAT[type(fact)]})

    def _send(self, entry: str, said: dict[str, object]) -> None:
        self.line.nudge(orjson.dumps(said), exchange=NUDGES_EXCHANGE, routing_key=entry)
