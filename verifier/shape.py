"""Demand the shape of JSON values: which keys, which kinds."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from verifier.findings import Refusal, demand

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
HEX256 = re.compile(r"[0-9a-f]{64}")
HEX512 = re.compile(r"[0-9a-f]{128}")
PREFIXED = re.compile(r"sha256:[0-9a-f]{64}")
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


class Reader:
    """Read fields of one JSON object, refusing with one code and place."""

    def __init__(self, value: Any, keys: str, *, code: str, place: str) -> None:
        demand(isinstance(value, dict), code, place, "not an object")
        found, wanted = set(value), set(keys.split())
        demand(found == wanted, code, place, f"keys {sorted(found ^ wanted)}")
        self._value: Mapping[str, Any] = value
        self._code, self.place = code, place

    def _refuse(self, key: str) -> Refusal:
        return Refusal(self._code, self.place, key)

    def text(self, key: str, pattern: re.Pattern[str] | None = None, *, least: int = 0, most: int = 1 << 20) -> str:
        """Return a string of the given length that matches whole."""
        value = self._value[key]
        if not isinstance(value, str) or not least <= len(value) <= most:
            raise self._refuse(key)
        if pattern is not None and not pattern.fullmatch(value):
            raise self._refuse(key)
        return value

    def maybe(self, key: str, pattern: re.Pattern[str] | None = None) -> str | None:
        """Return a string or null."""
        return None if self._value[key] is None else self.text(key, pattern)

    def number(self, key: str, *, least: int = 0) -> int:
        """Return an integer (``true`` is none)."""
        value = self._value[key]
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self._refuse(key)
        return value

    def only(self, key: str, *allowed: Any) -> Any:
        """Return a value that is one of ``allowed``."""
        value = self._value[key]
        if not any(value == one and type(value) is type(one) for one in allowed):
            raise self._refuse(key)
        return value

    def time(self, key: str) -> datetime:
        """Return an aware UTC time."""
        text = self.text(key, TIME)
        try:
            return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError as error:
            raise self._refuse(key) from error

    def inner(self, key: str, keys: str) -> "Reader":
        """Return a reader of an inner object."""
        return Reader(self._value[key], keys, code=self._code, place=f"{self.place} {key}")

    def value(self, key: str) -> Any:
        """Return a value as it is."""
        return self._value[key]
