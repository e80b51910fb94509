"""What files are called."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from localmessages.reports.metrics import ReportWindow
from localmessages.rules.exports import ReportView

OF_VIEW = {
    ReportView.ROWS: "Messages Report",
    ReportView.DELIVERED: "Messages Delivered",
    ReportView.CONVERSATIONS_HELD: "Conversations Held",
    ReportView.CONVERSATIONS_WITH_PAY_BY_TEXT: "Conversations with PBT",
    ReportView.PAY_BY_TEXT: "Pay by Text",
    ReportView.NON_DELIVERABLE: "Non-deliverable Messages",
    ReportView.OPT_OUTS: "Opt Outs",
    ReportView.LINKS_SENT: "Links Sent",
    ReportView.LINKS_CLICKED: "Links Clicked",
    ReportView.INBOUND_WAITS: "Inbound Response Time",
    ReportView.OUTBOUND_WAITS: "Outbound Response Time",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def with_window(name: str, window: ReportWindow) -> str:
    """The name with its dates, such as `Messages Report, 1–30 Nov 2026`."""
    if window.first_day is not None and window.last_day is not None:
        return f"{name}, {days(window.first_day, window.last_day)}"
    zone = window.time_zone or "UTC"
    return f"{name}, {_instant(window.start, zone)} – {_instant(window.end, zone)} {zone}"


def days(first: date, last: date) -> str:
    """The dates, nothing said twice."""
    if first == last:
        return _day(last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{_day(last)}"
    if first.year == last.year:
        return f"{first.day} {_MONTHS[first.month - 1]} – {_day(last)}"
    return f"{_day(first)} – {_day(last)}"


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _instant(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{_day(local.date())} {local:%H:%M}"
