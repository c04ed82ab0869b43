"""Say in one word how a value is changed, for tables of forgeries."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

Change = Callable[[Any], Any]


def put(path: str, value: Any) -> Change:
    """Return a change that sets ``a.b.c`` in nested dicts."""

    def change(target: dict[str, Any]) -> dict[str, Any]:
        *parents, last = path.split(".")
        inner = target
        for key in parents:
            inner[key] = dict(inner[key])
            inner = inner[key]
        inner[last] = value
        return target

    return change


def drop(key: str) -> Change:
    """Return a change that removes a key."""
    return lambda target: {name: value for name, value in target.items() if name != key}


def swap(old: bytes, new: bytes) -> Change:
    """Return a change that replaces bytes, and insists that they were there."""

    def change(content: bytes) -> bytes:
        assert old in content
        return content.replace(old, new)

    return change


def fields(**changes: Any) -> Change:
    """Return a change of a dataclass; values that can be called get the old value."""

    def change(target: Any) -> Any:
        new = {name: made(getattr(target, name)) if callable(made) else made for name, made in changes.items()}
        return replace(target, **new)

    return change


def certificate(**changes: Any) -> Change:
    """Return a change of the template in an (issuer, template) pair."""
    return lambda pair: (pair[0], fields(**changes)(pair[1]))


def flipped(content: bytes, at: int | None = None) -> bytes:
    """Return the content with one bit changed, in the middle unless told."""
    position = len(content) // 2 if at is None else at % len(content)
    return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]
