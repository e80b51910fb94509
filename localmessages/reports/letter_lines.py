"""The tiles of a report, one line each: a name, two figures, what went into them, and what they mean."""

from __future__ import annotations

from dataclasses import dataclass

from localmessages.reports.messages_report.all_tiles import Tiles
from localmessages.reports.messages_report.tiles import CountTile, Exclusion, RateTile
from localmessages.reports.metrics import ResponseTime
from localmessages.rules.metrics import OutOfHours
from localmessages.rules.report import ExclusionReason

# What nothing is shown as: no number, and never 0 (metrics.md C3).
NOTHING = "–"

_LEFT_OUT = {
    ExclusionReason.PENDING: "without a receipt so far",
    ExclusionReason.NON_DELIVERABLE: "failed",
    ExclusionReason.DELIVERED: "delivered",
    ExclusionReason.ONE_SIDED: "one-sided",
    ExclusionReason.NO_PAY_BY_TEXT: "without a payment link",
    ExclusionReason.NOT_DELIVERED: "not delivered",
    ExclusionReason.REPEATED: "repeated by who was out already",
    ExclusionReason.NOT_CLICKED: "clicked by nobody",
    ExclusionReason.ONLY_BOTS: "clicked by bots alone",
}

_CLOSED_HOURS = {
    OutOfHours.EXCLUDE: "Only opening hours count; waits that began outside them are left out.",
    OutOfHours.PAUSE: "Only opening hours count; waits wholly outside them are left out.",
    OutOfHours.INCLUDE: "Hours in which the location was closed count too.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A tile; `before` is its value in the window before, `work` what it was taken from."""

    name: str
    value: str
    before: str
    work: str
    meaning: str


def lines_of(tiles: Tiles, before: Tiles, mode: OutOfHours) -> list[Line]:
    """All tiles, in the order of the page."""
    now, then = tiles, before
    return [
        _count(
            "Total Messages Delivered",
            now.texts.messages_delivered,
            then.texts.messages_delivered,
            "attempted",
            "Texts to customers, of those sent in these days, that have arrived by now.",
        ),
        _count(
            "Total Conversations Held",
            now.texts.conversations_held,
            then.texts.conversations_held,
            "conversations",
            "Conversations in which a customer and one of your people texted in these days.",
        ),
        _count(
            "Total Conversations with PBT",
            now.texts.conversations_with_pay_by_text,
            then.texts.conversations_with_pay_by_text,
            "conversations",
            "Conversations in which a pay-by-text link was sent.",
        ),
        _rate(
            "PBT Conversion",
            now.pay_by_text.conversion,
            then.pay_by_text.conversion,
            "Of the payment requests that arrived, the share that is paid by now.",
        ),
        _count(
            "Total Non-deliverable Messages",
            now.texts.non_deliverable_messages,
            then.texts.non_deliverable_messages,
            "attempted",
            "Texts to customers that failed, or that the carrier refused.",
        ),
        _count(
            "Total Opt Out Messages",
            now.opt_outs.tile,
            then.opt_outs.tile,
            "opt-outs",
            "Customers who want no texts any more: by keyword, by hand or by the carrier.",
        ),
        _count(
            "Total Links Sent",
            now.links.links_sent,
            then.links.links_sent,
            "links",
            "Tracked links in texts to customers, one for each text and link.",
        ),
        _count(
            "Total Links Clicked",
            now.links.links_clicked,
            then.links.links_clicked,
            "links",
            "Of these, the ones that a person has clicked by now; what was paid was clicked.",
        ),
        _rate(
            "Link Click Rate",
            now.links.click_rate,
            then.links.click_rate,
            "Links clicked, divided by links sent.",
        ),
        _time(
            "Inbound Response Time",
            now.inbound,
            then.inbound,
            f"Half of your answers took this long or less. {_CLOSED_HOURS[mode]}",
        ),
        _time(
            "Outbound Response Time",
            now.outbound,
            then.outbound,
            "Half of the answers of customers took this long or less. None within 7 days is left out.",
        ),
    ]


def _count(name: str, tile: CountTile, before: CountTile, of: str, meaning: str) -> Line:
    work = f"Of {tile.sample:,} {of}; left out: {_reasons(tile.exclusions)}." if tile.excluded else ""
    return Line(name, f"{tile.value:,}", f"{before.value:,}", work, meaning)


def _rate(name: str, tile: RateTile, before: RateTile, meaning: str) -> Line:
    work = f"{tile.numerator:,} of {tile.denominator:,}" if tile.denominator else ""
    if tile.excluded:
        work = f"{work or 'None'}; left out: {_reasons(tile.exclusions)}"
    return Line(name, _share(tile.value), _share(before.value), work and f"{work}.", meaning)


def _time(name: str, time: ResponseTime, before: ResponseTime, meaning: str) -> Line:
    parts = []
    if time.mean_seconds is not None and time.p90_seconds is not None:
        answers = "1 answer" if time.sample == 1 else f"{time.sample:,} answers"
        parts += [f"{answers}: mean {span(time.mean_seconds)}, nine in ten within {span(time.p90_seconds)}"]
    if time.excluded:
        parts.append(f"{time.excluded:,} left out")
    work = "; ".join(parts)
    value, earlier = span(time.median_seconds), span(before.median_seconds)
    return Line(name, value, earlier, work and f"{work}.", meaning)


def _reasons(exclusions: tuple[Exclusion, ...]) -> str:
    return ", ".join(f"{one.count:,} {_LEFT_OUT[one.reason]}" for one in exclusions)


def _share(value: float | None) -> str:
    return NOTHING if value is None else f"{value * 100:.1f} %"


def span(seconds: float | None) -> str:
    """A length of time in the two units that matter."""
    if seconds is None:
        return NOTHING
    whole = round(seconds)
    minutes, hours, days = whole // 60, whole // 3600, whole // 86_400
    if not minutes:
        return f"{whole} s"
    if not hours:
        return f"{minutes} min {whole % 60} s"
    if not days:
        return f"{hours} h {minutes % 60} min"
    return f"{days} d {hours % 24} h"
