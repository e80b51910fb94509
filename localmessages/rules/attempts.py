"""How long somebody waits who fails to get in, again and again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# More failures than these make no longer pause.
MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Patience:
    """So many failures within the window are free; the next pause begins at `first` and doubles each time."""

    free: int
    first: timedelta
    longest: timedelta
    window: timedelta

    def waits_until(self, failures: Sequence[datetime], now: datetime) -> datetime | None:
        """From when on the next attempt is let through, after these failures; None for at once."""
        counted = sorted(at for at in failures if now - at < self.window)
        if len(counted) < self.free:
            return None
        doublings = min(len(counted) - self.free, 30)
        until = counted[-1] + min(self.first * (1 << doublings), self.longest)
        return until if until > now else None


# A person who has forgotten which of five passwords it was is let in; a program tries about a hundred a day.
OF_SUBJECT = Patience(5, timedelta(seconds=30), timedelta(minutes=15), timedelta(days=1))
# Offices share an address, so it takes more of them.
OF_ADDRESS = Patience(50, timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=1))
