"""The tiles of a report, named as in the contract, each with the work that it shows (metrics.md C9)."""

from __future__ import annotations

from dataclasses import dataclass

from localmessages.rules.report import ExclusionReason


@dataclass(frozen=True, slots=True)
class Exclusion:
    """How many were left out for one reason."""

    reason: ExclusionReason
    count: int


@dataclass(frozen=True, slots=True)
class CountTile:
    """A count; `sample` is what it was taken from."""

    value: int
    exclusions: tuple[Exclusion, ...] = ()

    @property
    def excluded(self) -> int:
        return sum(exclusion.count for exclusion in self.exclusions)

    @property
    def sample(self) -> int:
        return self.value + self.excluded


@dataclass(frozen=True, slots=True)
class RateTile:
    """A share; None, never 0, of nothing (C3)."""

    numerator: int
    denominator: int
    exclusions: tuple[Exclusion, ...] = ()

    @property
    def value(self) -> float | None:
        return self.numerator / self.denominator if self.denominator else None

    @property
    def excluded(self) -> int:
        return sum(exclusion.count for exclusion in self.exclusions)


def exclusions(**counts: int) -> tuple[Exclusion, ...]:
    """What was left out, commonest first, by the names of the reasons."""
    found = [Exclusion(ExclusionReason(name), count) for name, count in counts.items() if count]
    return tuple(sorted(found, key=lambda exclusion: (-exclusion.count, exclusion.reason)))
