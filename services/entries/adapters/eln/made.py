"""Keep bytes the reader itself produces (pictures inside a text, a text as it came) on disk, not in memory."""

import hashlib
from pathlib import Path
from typing import Final

from contracts.identifiers import Sha256
from services.entries.domain.imports import PlannedFile

PREFIX: Final = "made:"


class MadeFiles:
    """Files written under a folder of our own; the caller removes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0

    def keep(self, name: str, media_type: str, content: bytes) -> PlannedFile:
        """Write the bytes and return the file a page will carry."""
        self.count += 1
        source = f"{PREFIX}{self.count}"
        self.path(source).write_bytes(content)
        return PlannedFile(name, source, media_type, len(content), Sha256(hashlib.sha256(content).hexdigest()))

    def path(self, source: str) -> Path:
        """Return where the bytes of ``made:<n>`` lie."""
        return self.folder / f"made-{int(source.removeprefix(PREFIX))}"
