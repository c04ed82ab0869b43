"""Read the typed fields of a page as names and values, the way people see them."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

# More are data, and belong into an attachment.
MOST_VALUES = 500
_UNITS = ("unit", "unitText", "units")


def named_values(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    """
    Return each value under the innermost name it has: ``{"pH": 7.4, "bain": {"value": 37, "unit": "°C"}}``.

    A value with its unit is one text (`37 °C`); lists give one value an item, at most ``MOST_VALUES`` in all.
    """
    return list(islice(_of_mapping(fields, ""), MOST_VALUES))


def _of_mapping(value: Mapping[str, Any], name: str) -> Iterator[tuple[str, str]]:
    if "value" in value and not isinstance(value["value"], Mapping | list):
        unit = next((str(value[key]) for key in _UNITS if isinstance(value.get(key), str)), "")
        named = str(value.get("name") or value.get("propertyID") or name)
        yield from ((named, f"{text} {unit}".strip()) for text in _texts(value["value"]))
        return
    for key, one in value.items():
        yield from _of(one, key)


def _of(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        yield from _of_mapping(value, name)
    elif isinstance(value, list):
        for one in value:
            yield from _of(one, name)
    else:
        yield from ((name, text) for text in _texts(value))


def _texts(value: Any) -> Iterator[str]:
    if value is not None and not isinstance(value, bool) and (text := str(value).strip()):
        yield text
