"""Name the states of an entry and the steps between them (product.md §2)."""

from typing import Literal

EntryState = Literal["open", "in_circuit", "returned", "signed", "sealed", "struck_out"]

# Every allowed step; all else is refused.
STEPS: frozenset[tuple[EntryState, EntryState]] = frozenset(
    {
        ("open", "in_circuit"),
        ("returned", "in_circuit"),
        ("in_circuit", "open"),  # revised while in circuit: the circuit restarts visibly
        ("in_circuit", "returned"),
        ("in_circuit", "sealed"),
        ("in_circuit", "signed"),
        ("open", "struck_out"),
        ("returned", "struck_out"),
    }
)

# Nothing changes any more: a new entry may supersede it.
FINAL: frozenset[EntryState] = frozenset({"signed", "sealed", "struck_out"})
