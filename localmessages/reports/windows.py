"""The windows that callers ask for, before a zone makes instants of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from localmessages.rules.windows import Window, between, last_days, on_days


@dataclass(frozen=True, slots=True)
class Last:
    """Today and the `days` - 1 local days before it."""

    days: int


@dataclass(frozen=True, slots=True)
class Between:
    """`[start, end)`, the same instants everywhere."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class OnDays:
    """From one local day to another, both included."""

    first: date
    last: date


WindowSpec: TypeAlias = Last | Between | OnDays


def window_in(spec: WindowSpec, zone: str, now: datetime) -> Window:
    """What `spec` means in `zone`; raises InvalidWindow."""
    match spec:
        case Last(days):
            return last_days(days, now, zone)
        case Between(start, end):
            return between(start, end)
        case OnDays(first, last):
            return on_days(first, last, zone)
