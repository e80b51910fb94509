"""When things happen in the demo's past: customers text by day, shops answer while they are open."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

from localmessages.demo.places import Shop
from localmessages.rules.hours import Hours, is_open, utc_intervals
from localmessages.rules.hours_json import version_from_json

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
# How much is texted in each local hour of the day.
_BY_HOUR = (1, 0, 0, 0, 0, 1, 3, 8, 14, 22, 26, 25, 22, 20, 21, 22, 21, 18, 14, 10, 8, 6, 4, 2)
_HORIZON = timedelta(days=21)


@cache
def hours_of(shop: Shop, year: int) -> Hours:
    """The hours of a shop, with the holidays around a year."""
    holidays = shop.holidays_around(datetime(year, 7, 1, tzinfo=UTC).date())
    return Hours(shop.zone, (version_from_json(_BEGINNING, shop.week, holidays),))


def open_at(shop: Shop, at: datetime) -> bool:
    """Whether the shop is open."""
    return is_open(at, hours_of(shop, at.year))


def after_open(shop: Shop, at: datetime, seconds: float) -> datetime:
    """The instant by which the shop has been open for so long since `at`."""
    left = timedelta(seconds=seconds)
    for opens, closes in utc_intervals(at, at + _HORIZON, hours_of(shop, at.year)):
        if closes - opens > left:
            return opens + left
        left -= closes - opens
    return at + _HORIZON


def starts(rng: Random, shop: Shop, since: datetime, until: datetime, count: int) -> Iterator[datetime]:
    """About `count` instants at which somebody begins to text, in no order."""
    for _ in range(count):
        day = since + timedelta(seconds=rng.uniform(0, (until - since).total_seconds()))
        hour = rng.choices(range(24), _BY_HOUR)[0]
        local = day.astimezone(ZoneInfo(shop.zone)).replace(
            hour=hour, minute=rng.randrange(60), second=rng.randrange(60), microsecond=0
        )
        at = local.astimezone(UTC)
        # Closed days and late evenings are quieter.
        if since <= at < until and (open_at(shop, at) or rng.random() < 0.4):
            yield at
