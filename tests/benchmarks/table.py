"""Rows of the table of measures."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Row:
    """One measured number, with its goal where there is one."""

    measure: str
    value: float
    unit: str
    goal: float | None = None
    better: Literal["more", "less"] = "less"
    detail: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without one."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.better == "more" else self.value <= self.goal

    def content(self) -> dict[str, Any]:
        """The row as JSON."""
        return asdict(self)


def table(rows: list[Row]) -> str:
    """All rows as text with aligned columns."""
    heads = ("measure", "value", "unit", "goal", "met", "")
    lines = [heads, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    right = {1, 3}
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _cells(row: Row) -> tuple[str, ...]:
    goal = "" if row.goal is None else f"{'≥' if row.better == 'more' else '≤'} {number(row.goal)}"
    met = {None: "", True: "yes", False: "NO"}[row.met]
    return row.measure, number(row.value), row.unit, goal, met, row.detail


def number(value: float) -> str:
    """Three figures, and no exponents."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
