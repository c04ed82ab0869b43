"""Bound one change: what is asked of the store, what happened, and the one commit that makes both true."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Protocol, Self

from contracts.identifiers import RequestKey
from services.entries.domain.caller import Caller
from services.entries.domain.facts import Fact
from services.entries.ports.drafts import Drafts
from services.entries.ports.imports import Imports
from services.entries.ports.remarks import Remarks
from services.entries.ports.repositories import Entries, Grants, Notebooks, People, Structures


class Repositories(Protocol):
    """All that the store remembers, by subject."""

    @property
    def structures(self) -> Structures:
        """Reach the tree."""

    @property
    def people(self) -> People:
        """Reach people."""

    @property
    def notebooks(self) -> Notebooks:
        """Reach notebooks."""

    @property
    def entries(self) -> Entries:
        """Reach entries and revisions."""

    @property
    def grants(self) -> Grants:
        """Reach shares."""

    @property
    def drafts(self) -> Drafts:
        """Reach drafts."""

    @property
    def remarks(self) -> Remarks:
        """Reach comments and tags."""

    @property
    def imports(self) -> Imports:
        """Reach imports."""


class UnitOfWork(Repositories, Protocol):
    """One transaction; leaving it without a commit undoes all."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Undo what was not committed."""

    def publish(self, *facts: Fact) -> None:
        """Announce facts in the same commit."""

    def recall(self, request: RequestKey | None) -> dict[str, Any] | None:
        """Return the answer this keyed request got before; Invalid when the key was used for another request."""

    def remember(self, request: RequestKey | None, result: Mapping[str, Any]) -> None:
        """Keep the answer of a keyed request in the same commit."""

    def first_time(self, *, consumer: str, message_id: str) -> bool:
        """Say whether this message is new to this consumer, and remember it in the same commit."""

    def enqueue(self, *, kind: str, key: str, payload: Mapping[str, Any]) -> str:
        """Add a job in the same commit and return its id; the same key twice is the same job."""

    def commit(self) -> None:
        """Make it all true at once."""


class Units(Protocol):
    """A maker of units of work."""

    def __call__(self, caller: Caller) -> UnitOfWork:
        """Return a unit of work in the name of ``caller``: its facts say who acted."""


class Reading(Repositories, Protocol):
    """A look at the store without a transaction: each question sees what is committed."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the connection back."""


class Readings(Protocol):
    """A maker of looks at the store."""

    def __call__(self) -> Reading:
        """Return a look."""
