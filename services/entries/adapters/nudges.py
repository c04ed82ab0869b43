"""Nudge whoever has a page open: transient and unconfirmed, because a sync repairs what is lost (decision 16)."""

import threading
import time
from collections.abc import Sequence
from typing import Protocol

import orjson

from contracts.topology import NUDGES_EXCHANGE
from services.entries.domain import facts

# Who writes sees the other's letters this much later at worst.
REST_SECONDS = 0.05
_KEY = "entries"

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


class Nudges:
    """
    Tell the gateways what became true of entries.

    The first fact after a silence is told at once, what follows within the rest together and each thing once: a message
    a save took a sixth of the processor time of a save (docs/adr/0009).
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._waiting: dict[tuple[str, str], dict[str, object]] = {}
        self._telling = threading.Lock()

    def told(self, happened: Sequence[facts.Fact]) -> None:
        """Nudge for each fact that concerns an open page."""
        for fact in happened:
            if isinstance(fact, facts.DraftChanged):
                said: dict[str, object] = {"kind": "draft", "epoch": fact.epoch, "cursor": fact.cursor}
            elif isinstance(fact, facts.RevisionAppended | facts.EntryStateChanged | facts.Remark):
                said = {"kind": "entry", "what": _WHAT[type(fact)]}
            else:
                continue
            self._waiting[(fact.entry, str(said.get("what", "")))] = {"entry": fact.entry, **said}
        if self._waiting and not self._telling.locked():
            threading.Thread(target=self._tell, name="nudges", daemon=True).start()

    def _tell(self) -> None:
        """Send what waits, rest, and again until nothing came meanwhile."""
        while self._waiting and self._telling.acquire(blocking=False):
            try:
                said, self._waiting = self._waiting, {}
                self._line.nudge(orjson.dumps(list(said.values())), exchange=NUDGES_EXCHANGE, routing_key=_KEY)
                time.sleep(REST_SECONDS)
            finally:
                self._telling.release()
