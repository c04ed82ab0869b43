"""Ask the rows about holds, and entries about what they reach."""

from collections.abc import Sequence
from typing import Protocol

from contracts.identifiers import HoldId, NotebookId, PersonId, Sha256
from services.storage.domain.hold import Hold, HoldShown, Scope
from services.storage.domain.upload import Upload
from services.storage.ports.store import StoredBlob


class Holds(Protocol):
    """Remember holds, which notebooks they reach, and which files those notebooks name."""

    def add(self, hold: Hold, notebooks: Sequence[NotebookId]) -> None:
        """Insert a hold; every file it reaches is due to be locked."""

    def get(self, id_: HoldId, *, lock: bool = False) -> Hold | None:
        """Return it, holding its row until the end when ``lock``."""

    def save(self, hold: Hold) -> None:
        """Write that it was lifted; every file it reached is due to be looked at."""

    def show(self, id_: HoldId) -> HoldShown:
        """Return a hold with what it reaches now; NotFound."""

    def page(self, *, after: HoldId | None, limit: int) -> list[HoldShown]:
        """Return holds, newest first, with what they reach now."""

    def units(self) -> list[Hold]:
        """Return the holds on units that last."""

    def reach(self, id_: HoldId, notebooks: Sequence[NotebookId]) -> None:
        """Note that a hold reaches these notebooks too; a repeat changes nothing."""

    def name(self, notebook: NotebookId, digests: Sequence[Sha256]) -> None:
        """Note that a revision in ``notebook`` names these bytes; a repeat changes nothing."""

    def on_hold(self, upload: Upload) -> bool:
        """
        Tell whether a hold keeps an upload itself, for whose it is.

        Not for what it brought: that somebody's page names the same bytes is nothing the sender may learn.
        """

    def arrived(self, upload: Upload) -> None:
        """Note that an upload is finished: a hold on its person reaches its bytes."""

    def keeps_bytes(self, sha256: Sha256) -> bool:
        """Tell whether a hold, or a revision, keeps these bytes."""

    def due(self, *, limit: int) -> list[tuple[StoredBlob, bool]]:
        """Return files whose lock must be looked at, and whether a hold reaches them."""

    def applied(self, sha256: Sha256, *, held: bool) -> None:
        """Note what the store has, as it was read back."""


class Entries(Protocol):
    """The house that knows units, people and notebooks, and who is an archivist."""

    def scope_of_hold(self, scope: Scope, subject: str, *, by: PersonId | None) -> tuple[NotebookId, ...]:
        """
        Return the notebooks a hold reaches.

        Raises:
            Forbidden: ``by`` is no archivist.
            NotFound: There is nothing of that name.
            Unavailable: Entries does not answer.

        """

    def demand_archivist(self, by: PersonId) -> None:
        """Forbidden unless ``by`` is an archivist."""
