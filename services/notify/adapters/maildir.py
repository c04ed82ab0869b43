"""Put mails into a Maildir (cr.yp.to/proto/maildir.html): the sink of one machine, and of the demo."""

import os
from pathlib import Path

from contracts.errors import Unavailable
from services.notify.domain.letter import Mail


class Maildir:
    """A Maildir whose files are named by the mail's id, so that a repeat replaces and never doubles."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, mail: Mail) -> None:
        """
        Write to ``tmp``, sync, rename into ``new``, sync the folder: the mail is whole and durable, or not there.

        A mail that a reader has moved to ``cur`` was delivered; it is not put back into ``new``.

        Raises:
            Unavailable: the folder cannot be written, or is full.

        """
        try:
            for room in ("tmp", "new", "cur"):
                (self._folder / room).mkdir(parents=True, exist_ok=True)
            if any((self._folder / "cur").glob(f"{mail.id}*")):
                return
            self._write(mail)
        except OSError as error:
            raise Unavailable(sink="maildir") from error

    def _write(self, mail: Mail) -> None:
        waiting = self._folder / "tmp" / f"{mail.id}.{os.getpid()}"
        with waiting.open("wb") as file:
            file.write(mail.content)
            file.flush()
            os.fsync(file.fileno())
        new = self._folder / "new"
        waiting.rename(new / mail.id)
        folder = os.open(new, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
