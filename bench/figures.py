"""What was measured, beside what was aimed at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the table; without a goal it is told for comparison."""

    what: str
    measured: str
    goal: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """In a word."""
        return "" if self.met is None else ("met" if self.met else "MISSED")


class Times(list[float]):
    """Durations in seconds."""

    def ms(self, fraction: float) -> float:
        """The duration that this fraction stayed within, in milliseconds."""
        return sorted(self)[max(0, ceil(fraction * len(self)) - 1)] * 1000

    def __str__(self) -> str:
        return " · ".join(f"p{round(part * 100)} {self.ms(part):.2f}" for part in (0.5, 0.95, 0.99)) + " ms"


def below(what: str, times: Times, p50: float, more: object = "") -> Figure:
    """A figure whose median must stay under a number of milliseconds."""
    measured = f"{times}; {more}" if more else str(times)
    return Figure(what, measured, f"p50 < {p50:g} ms", times.ms(0.5) < p50)


def at_least(what: str, rate: float, goal: float, unit: str, more: object = "") -> Figure:
    """A figure that must reach a rate."""
    return Figure(
        what,
        f"{rate:,.0f} {unit}; {more}" if more else f"{rate:,.0f} {unit}",
        f"≥ {goal:,.0f} {unit}",
        rate >= goal,
    )


def not_measured(what: str, reason: str, goal: str = "") -> Figure:
    """A goal of which nothing is known yet, and why."""
    return Figure(what, f"not measured: {reason}", goal)


def show(figures: Iterable[Figure], console: Console) -> None:
    """The table for people."""
    table = Table("what", "measured", "goal", "", title_justify="left")
    for figure in figures:
        color = {"met": "green", "MISSED": "red"}.get(figure.verdict, "")
        table.add_row(figure.what, figure.measured, figure.goal, figure.verdict, style=color)
    console.print(table)


def as_markdown(figures: Sequence[Figure]) -> str:
    """The same table for the file."""
    rows = [f"| {f.what} | {f.measured} | {f.goal} | {f.verdict} |" for f in figures]
    return "\n".join(["| what | measured | goal | |", "|---|---|---|---|", *rows])
