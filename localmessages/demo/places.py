"""The shops of the demo's garden centres, and their office: round the globe, so that one is always open."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from localmessages.rules.location import LocationKind

PARENT, CHILD = "hollin", "hollin-na"
BUSINESS = "Hollin & Vale"
HEAD_OFFICE = "head-office"

Week = dict[str, list[list[str]]]
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


def _week(weekdays: str, saturday: str, sunday: str = "") -> Week:
    """Hours such as "09:00-18:00" for each part of the week; none is closed."""
    days = dict.fromkeys(_WEEKDAYS, weekdays) | {"sat": saturday, "sun": sunday}
    return {day: [hours.split("-")] for day, hours in days.items() if hours}


_SHOP = _week("09:00-18:00", "09:00-18:00", "10:00-16:30")
_EARLY_SHOP = _week("08:00-19:00", "08:00-18:00", "10:00-17:00")
_LONG_SHOP = _week("07:00-22:00", "07:00-22:00", "09:00-20:00")
_SMALL_SHOP: Week = {day: [["09:00", "12:30"], ["13:30", "18:00"]] for day in _WEEKDAYS} | {
    "sat": [["09:00", "17:00"]]
}
_OFFICE = _week("08:30-17:30", "")

_US, _CA = {"holidays": "US", "currency": "USD"}, {"holidays": "CA", "currency": "CAD"}


@dataclass(frozen=True, slots=True, eq=False)
class Shop:
    """A location of the demo, with the numbers of the customers who live near it.

    `busy` is how much is texted there, compared with the others.
    """

    id: str
    name: str
    zone: str
    number: str
    customers: tuple[str, ...]
    week: Week
    holidays: str
    account: str = PARENT
    currency: str = "GBP"
    kind: LocationKind = LocationKind.STORE
    busy: int = 2

    @property
    def sign(self) -> str:
        """How prices are written there."""
        return "£" if self.currency == "GBP" else "$"

    def holidays_around(self, today: date) -> dict[str, Any]:
        """The public holidays of last year, this one and the next, as hours are written."""
        return {
            day.isoformat(): {"name": name, "intervals": []}
            for year in range(today.year - 1, today.year + 2)
            for name, day in _holidays(self.holidays, year)
        }


def _holidays(country: str, year: int) -> Iterator[tuple[str, date]]:
    yield "New Year’s Day", date(year, 1, 1)
    yield "Christmas Day", date(year, 12, 25)
    if country in ("GB", "AU", "CA"):
        yield "Boxing Day", date(year, 12, 26)
    if country == "US":
        yield "Independence Day", date(year, 7, 4)
        yield "Thanksgiving", _nth_thursday(year, 11, 4)
    if country == "CA":
        yield "Canada Day", date(year, 7, 1)
    if country == "AU":
        yield "Australia Day", date(year, 1, 26)


def _nth_thursday(year: int, month: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7, weeks=nth - 1)


def _british(id: str, name: str, number: int, **more: Any) -> Shop:
    # +44 7700 900000 to 900999 is kept for drama.
    first = 200 + 160 * (number - 100)
    customers = tuple(f"+447700900{each}" for each in range(first, first + 160))
    given: dict[str, Any] = {"customers": customers, "week": _SHOP, "holidays": "GB"}
    return Shop(id, name, "Europe/London", f"+447700900{number}", **given | more)


def _american(id: str, name: str, zone: str, areas: tuple[int, ...], **more: Any) -> Shop:
    # 555-0100 to 555-0199 is kept for fiction in every area code.
    customers = tuple(f"+1{area}5550{each}" for area in areas for each in range(110, 200))
    given: dict[str, Any] = {"week": _EARLY_SHOP, "account": CHILD, **_US}
    return Shop(id, name, zone, f"+1{areas[0]}5550100", customers, **given | more)


def _australian(id: str, name: str, zone: str, number: int) -> Shop:
    # So are (08) 5550 and (08) 7010.
    first = 1000 + 500 * (number - 105)
    customers = tuple(f"+6187010{each}" for each in range(first, first + 300))
    return Shop(id, name, zone, f"+61855500{number}", customers, _EARLY_SHOP, "AU", currency="AUD")


SHOPS = (
    _british(HEAD_OFFICE, "Head Office", 100, kind=LocationKind.HEAD_OFFICE, week=_OFFICE, busy=1),
    _british("kew", "Kew", 101, week=_LONG_SHOP, busy=4),
    _british("bristol", "Bristol", 102, busy=3),
    _british("leeds", "Leeds", 103),
    _british("edinburgh", "Edinburgh", 104, week=_SMALL_SHOP),
    _american(
        "st-johns",
        "St. John’s",
        "America/St_Johns",
        (709, 879),
        holidays="CA",
        currency="CAD",
        week=_SMALL_SHOP,
    ),
    _american("brooklyn", "Brooklyn", "America/New_York", (718, 347, 917), week=_LONG_SHOP, busy=4),
    _american(
        "toronto", "Toronto", "America/Toronto", (416, 437, 647), holidays="CA", currency="CAD", busy=3
    ),
    _american("evanston", "Evanston", "America/Chicago", (847, 224, 773)),
    _american("boulder", "Boulder", "America/Denver", (303, 720, 983)),
    _american("seattle", "Seattle", "America/Los_Angeles", (206, 425, 564), week=_LONG_SHOP, busy=3),
    _australian("adelaide", "Adelaide", "Australia/Adelaide", 105),
    _australian("perth", "Perth", "Australia/Perth", 106),
)
SHOP_BY_ID = {shop.id: shop for shop in SHOPS}
