"""Learn what is written inside the files of pages."""

from dataclasses import dataclass

from contracts.errors import Unavailable
from services.search.ports import Files, UnitOfWorkFactory

# A text may be a megabyte: few at once, so that a stop need not wait for them.
ASKED_A_ROUND = 8


@dataclass(frozen=True, slots=True)
class TakeText:
    """Take the text of a file that storage has just read; the pages that name it are queued to be indexed with it."""

    open_unit: UnitOfWorkFactory
    files: Files

    def __call__(self, sha256: str) -> None:
        """
        Pull and keep the text.

        Raises:
            Unavailable: storage does not answer, or is still reading.

        """
        if (text := self.files.text_of(sha256)) is None:
            raise Unavailable(sha256=sha256)
        with self.open_unit() as unit:
            unit.put_text(text)
            unit.commit()


@dataclass(frozen=True, slots=True)
class PullTexts:
    """Ask for the texts of files that no event told of: they were read before search listened, or never."""

    open_unit: UnitOfWorkFactory
    files: Files

    def __call__(self) -> bool:
        """
        Ask for some; say whether there were any.

        Raises:
            Unavailable: storage does not answer; what is left stays wanted.

        """
        with self.open_unit() as unit:
            wanted = unit.wanted_texts(ASKED_A_ROUND)
        for sha256 in wanted:
            text = self.files.text_of(sha256)
            with self.open_unit() as unit:
                if text is None:
                    unit.await_text(sha256)
                else:
                    unit.put_text(text)
                unit.commit()
        return bool(wanted)
