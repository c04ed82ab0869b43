"""Read numbers with their units, so that `0.5 mL` and `500 µL` compare as what they are."""

import re
from dataclasses import dataclass
from datetime import date

_NUMBER = r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d{1,3})?"
_QUANTITY = re.compile(rf"\s*(?P<number>{_NUMBER})\s*(?P<unit>[^\d\s].{{0,30}})?\s*")
DATE = "date"
# SI prefixes (BIPM SI Brochure, 9th edition, table 7), as far as laboratories write them.
_PREFIXES = {
    "f": 1e-15,
    "p": 1e-12,
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "c": 1e-2,
    "d": 1e-1,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
}
# Symbol → (dimension, factor to its base). Units outside the SI as the Brochure's table 8 gives them.
_UNITS: dict[str, tuple[str, float]] = {
    "g": ("mass", 1e-3), "t": ("mass", 1e3), "Da": ("molar mass", 1.0),
    "m": ("length", 1.0), "L": ("volume", 1.0), "l": ("volume", 1.0),
    "s": ("time", 1.0), "sec": ("time", 1.0), "min": ("time", 60.0), "h": ("time", 3600.0), "d": ("time", 86400.0),
    "j": ("time", 86400.0), "mol": ("amount", 1.0), "M": ("amount/volume", 1.0),
    "Pa": ("pressure", 1.0), "bar": ("pressure", 1e5), "V": ("voltage", 1.0), "A": ("current", 1.0),
    "W": ("power", 1.0), "J": ("energy", 1.0), "eV": ("energy", 1.602176634e-19), "N": ("force", 1.0),
    "Hz": ("frequency", 1.0), "K": ("temperature", 1.0), "Bq": ("activity", 1.0), "Ci": ("activity", 3.7e10),
    "Gy": ("dose", 1.0), "U": ("enzyme", 1.0), "%": ("share", 1e-2), "ppm": ("share", 1e-6), "rpm": ("rotation", 1.0),
}  # fmt: skip
_UNPREFIXED = frozenset({"%", "ppm", "rpm", "min", "h", "d", "j", "sec", "t"})
# Scales with a zero of their own: base = (value + offset) · factor.
_SCALES = {"°C": (273.15, 1.0), "C": (273.15, 1.0), "°F": (459.67, 5 / 9)}
_SPELLINGS = str.maketrans({"µ": "u", "μ": "u", "º": "°", "·": None, " ": None})


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number ``as_written``, and in the base of its ``dimension``; a bare number has none."""

    as_written: float
    base: float
    dimension: str | None = None


def quantity(text: str) -> Quantity | None:
    """Return the quantity a text is (`37 °C`, `2,5e-3 mol/L`, `2026-03-01`), none when it is no number or day."""
    if (day := _day(text.strip())) is not None:
        return Quantity(float(day.toordinal()), float(day.toordinal()), DATE)
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return None
    number = float(match["number"].replace(",", "."))
    if match["unit"] is None:
        return Quantity(number, number)
    dimension, base = _in_base(number, match["unit"].strip().translate(_SPELLINGS))
    # Twelve digits, so that 2.5e-3 mol and 2.5 mmol are equal whatever their floats did on the way.
    return Quantity(number, float(f"{base:.12g}"), dimension)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if re.match(r"\d{4}-\d\d-\d\d(?:$|[T ])", text) else None
    except ValueError:
        return None


def _in_base(number: float, unit: str) -> tuple[str, float]:
    if unit in _SCALES:
        offset, factor = _SCALES[unit]
        return "temperature", (number + offset) * factor
    upper, slash, lower = unit.partition("/")
    dimension, factor = _unit(upper)
    if not slash:
        return dimension, number * factor
    below, divisor = _unit(lower)
    return f"{dimension}/{below}", number * factor / divisor


def _unit(symbol: str) -> tuple[str, float]:
    """Return dimension and factor; a unit nobody knows is a dimension of its own, so that equals still compare."""
    if symbol in _UNITS:
        return _UNITS[symbol]
    if symbol[:1] in _PREFIXES and symbol[1:] in _UNITS and symbol[1:] not in _UNPREFIXED:
        dimension, factor = _UNITS[symbol[1:]]
        return dimension, factor * _PREFIXES[symbol[0]]
    return f"={symbol.casefold()}", 1.0
