"""
Write and read what the child tells its parent: one JSON object a line, in the order in which things are found.

``{"kind": …}`` first, then ``{"text": …}`` or ``{"failed": …}``, then ``{"preview": …}``s. A child that dies leaves
whole what it had told before.
"""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from services.storage.domain.reading import Place, PlaceKind, Preview, Reading, Reason, Status


def kind_frame(media_type: str) -> bytes:
    """Tell what the file is."""
    return _line({"kind": media_type})


def text_frame(status: Status, places: Iterable[Place], cut: Reason) -> bytes:
    """Tell its text."""
    rows = [[place.kind, place.label, place.text] for place in places]
    return _line({"text": {"status": status, "places": rows, "cut": cut}})


def failed_frame(reason: Reason) -> bytes:
    """Tell why there is none."""
    return _line({"failed": reason})


def preview_frame(preview: Preview) -> bytes:
    """Tell a preview."""
    content = base64.b64encode(preview.content).decode("ascii")
    return _line({"preview": [preview.kind, preview.media_type, content]})


def _line(frame: dict[str, Any]) -> bytes:
    return json.dumps(frame, separators=(",", ":")).encode("ascii") + b"\n"


@dataclass(slots=True)
class Heard:
    """What the child told so far; ``reading`` is none when it did not come to the text."""

    media_type: str = ""
    reading: Reading | None = None
    previews: list[Preview] = field(default_factory=list)

    def whole(self) -> Reading | None:
        """Return all of it."""
        if self.reading is None:
            return None
        told = self.reading
        return Reading(told.status, told.reason, self.media_type, told.places, told.truncated, tuple(self.previews))


def hear(output: BinaryIO) -> Heard:
    """Read every whole line; what a dying child left half-written is not one."""
    heard = Heard()
    for line in output:
        if not line.endswith(b"\n"):
            break
        _take(heard, json.loads(line))
    return heard


def _take(heard: Heard, frame: dict[str, Any]) -> None:
    match frame:
        case {"kind": str(media_type)}:
            heard.media_type = media_type
        case {"failed": reason}:
            heard.reading = Reading(Status.FAILED, Reason(reason))
        case {"text": {"status": status, "places": rows, "cut": cut}}:
            places = tuple(Place(PlaceKind(kind), label, text) for kind, label, text in rows)
            heard.reading = Reading(Status(status), Reason(cut), places=places, truncated=cut != Reason.WHOLE)
        case {"preview": [kind, media_type, content]}:
            heard.previews.append(Preview(kind, media_type, base64.b64decode(content)))
