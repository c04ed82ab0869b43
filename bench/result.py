"""Hold and print what a benchmark found."""

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Result:
    """One benchmark: each ratio is ours ÷ its twin or limit of the same run, the median of its rounds."""

    name: str
    twin: str
    ratios: dict[str, float] = field(default_factory=dict)
    floors: dict[str, float] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)

    def compare(self, name: str, rounds: Sequence[tuple[float, float]], *, floor: float) -> None:
        """Add the median of ours ÷ twin over the rounds, and its floor."""
        self.ratios[name] = round(statistics.median(ours / twin for ours, twin in rounds), 3)
        self.floors[name] = floor
        self.figures[f"{name}_ours"] = round(statistics.median(ours for ours, _ in rounds), 3)
        self.figures[f"{name}_twin"] = round(statistics.median(twin for _, twin in rounds), 3)

    def under_ceiling(self, name: str, value: float, *, ceiling: float) -> None:
        """Add ceiling ÷ value: 1 and more is within the limit."""
        self.ratios[name] = round(ceiling / value, 3) if value else float("inf")
        self.floors[name] = 1.0
        self.figures[name] = round(value, 3)

    @property
    def missed(self) -> list[str]:
        """The ratios under their floor."""
        return [name for name, ratio in self.ratios.items() if ratio < self.floors.get(name, 0.0)]

    def as_json(self) -> str:
        """Return the machine-readable form."""
        machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}
        shape: dict[str, Any] = {
            "name": self.name, "ratios": self.ratios, "floors": self.floors, "figures": self.figures,
            "twin": self.twin, "machine": machine,
        }  # fmt: skip
        return json.dumps(shape, indent=2)

    def as_text(self) -> str:
        """Return the form for people."""
        lines = [f"{self.name}: ours beside {self.twin}"]
        for name, ratio in self.ratios.items():
            floor = self.floors.get(name, 0.0)
            verdict = "ok" if ratio >= floor else "UNDER ITS FLOOR"
            lines.append(f"  {name:<32} {ratio:>8.2f}   floor {floor:g}   {verdict}")
        lines += [f"  {name:<32} {value:>12g}" for name, value in self.figures.items()]
        return "\n".join(lines)
