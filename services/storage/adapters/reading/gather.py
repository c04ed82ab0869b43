"""Gather text by place, within bounds, cleaned of what neither a database nor a reader can bear."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from services.storage.domain.reading import MOST_CHARACTERS, MOST_PLACES, Place, PlaceKind, Preview, Reason

# Control characters but tab and line feed, and halves of surrogate pairs, which are no characters.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class Unreadable(Exception):
    """The file cannot be read; ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Enough(Exception):
    """The bounds are reached: what was gathered stands, the rest is not read."""


@dataclass(slots=True)
class Gatherer:
    """Hold what was read so far; ``previews`` are made only after the text is safe with the parent."""

    places: list[Place] = field(default_factory=list)
    characters: int = 0
    cut: Reason = Reason.WHOLE
    previews: Iterable[Preview] = ()

    def add(self, kind: PlaceKind, label: str, text: str) -> None:
        """
        Keep a passage; one of nothing but blanks is left out.

        Raises:
            Enough: It did not fit whole; what fitted is kept.

        """
        clean = _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
        if not clean:
            return
        room = MOST_CHARACTERS - self.characters
        fits = clean[: max(0, room)]
        if fits and len(self.places) < MOST_PLACES:
            self.places.append(Place(kind, _UNPRINTABLE.sub("", label), fits))
            self.characters += len(fits)
            if len(fits) == len(clean):
                return
        self.stop(Reason.TOO_MUCH_TEXT)

    def stop(self, reason: Reason) -> None:
        """Say that the rest is not read; raise Enough."""
        self.cut = reason
        raise Enough
