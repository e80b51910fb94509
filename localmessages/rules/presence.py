"""Who is in a conversation at this moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

TYPING_LASTS = timedelta(seconds=8)
VIEWING_LASTS = timedelta(seconds=30)
VIEWING_IS_REPEATED = timedelta(seconds=10)


class PresenceState(StrEnum):
    """What somebody does in a conversation; the later one counts for who does both."""

    VIEWING = "VIEWING"
    TYPING = "TYPING"


@dataclass(frozen=True, slots=True)
class Mark:
    """That somebody does something, and until when unless it is repeated; one a window that is open."""

    user_id: UUID
    state: PresenceState
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who is there."""

    user_id: UUID
    state: PresenceState
    since: datetime


def present(marks: Iterable[Mark], now: datetime) -> list[Present]:
    """Each person once, who came first first."""
    found: dict[UUID, Present] = {}
    for mark in marks:
        if mark.until > now:
            one = Present(mark.user_id, mark.state, mark.since)
            other = found.get(mark.user_id, one)
            found[mark.user_id] = _stronger(one, other)
    return sorted(found.values(), key=lambda each: (each.since, each.user_id))


def _stronger(one: Present, other: Present) -> Present:
    if one.state is other.state:
        return one if one.since < other.since else other
    return one if one.state is PresenceState.TYPING else other
