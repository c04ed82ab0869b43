"""Take time, chance and names from the machine."""

import datetime as dt
import secrets

from uuid_utils import uuid7


class SystemClock:
    """The machine's clock."""

    def now(self) -> dt.datetime:
        """Return aware UTC."""
        return dt.datetime.now(dt.UTC)


class SystemRandomness:
    """The machine's source of chance."""

    def token(self, size: int) -> bytes:
        """Return unpredictable bytes."""
        return secrets.token_bytes(size)

    def new_id(self) -> str:
        """Return a fresh UUIDv7 (RFC 9562 §5.7)."""
        return str(uuid7())


def nothing_happens(moment: str) -> None:
    """Pass the moments between two effects; tests put a death in its place."""
    del moment
