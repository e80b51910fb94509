"""A report as its functions tell it, in the words of `report_recompute`, and every page of its lists."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from localmessages.reports.keyset import Page, Slice
from localmessages.reports.messages_report.all_tiles import Tiles, all_tiles
from localmessages.reports.messages_report.failures import failures
from localmessages.reports.messages_report.rows import count_rows
from localmessages.reports.messages_report.scope import ReportFilter, ReportScopes, Scope
from localmessages.reports.messages_report.wanted_rows import ALL_ROWS
from localmessages.reports.metrics import ResponseTime
from localmessages.rules.metrics import OutOfHours
from models.catalogue import Catalogue
from tests.support.report_recompute import AskedReport, Numbers
from tests.support.summary_numbers import spec_of

T = TypeVar("T")


def scopes_of(catalogue: Catalogue, tenant: UUID, asked: AskedReport) -> ReportScopes:
    keys = list(catalogue.places) if asked.places is None else asked.places
    given = ReportFilter(
        places=[catalogue.places[key] for key in keys],
        window=spec_of(asked.window),
        zone=asked.window.zone,
        agent_ids=asked.agents,
        campaign_ids=asked.campaigns,
        any_tags=asked.any_tags,
        all_tags=asked.all_tags,
    )
    return ReportScopes(tenant, given, asked.window.now)


async def numbers(connection: asyncpg.Connection, scope: Scope, mode: str) -> Numbers:
    """Every number of the tiles."""
    tiles = await all_tiles(connection, scope, OutOfHours(mode))
    return {
        **_counts(tiles),
        "rows": await count_rows(connection, scope, ALL_ROWS),
        "reasons": {one.code: one.count for one in await failures(connection, scope)},
        "inbound": {**_response(tiles.inbound), "excluded": tiles.inbound.excluded},
        "outbound": _response(tiles.outbound),
    }


def _counts(tiles: Tiles) -> Numbers:
    texts, paying, links, consent = tiles.texts, tiles.pay_by_text, tiles.links, tiles.opt_outs
    return {
        "attempted": texts.attempted,
        "delivered": texts.messages_delivered.value,
        "failed": texts.non_deliverable_messages.value,
        "pending": texts.pending,
        "conversations": texts.conversations_held.sample,
        "held": texts.conversations_held.value,
        "with_bills": texts.conversations_with_pay_by_text.value,
        "stages": {
            "REQUESTED": paying.requests,
            "RECEIVED": paying.received,
            "CLICKED": paying.clicked,
            "PAID": paying.paid,
            "PAID_NOT_DELIVERED": paying.paid_not_delivered,
        },
        "gross": sum((one.gross for one in paying.by_currency), Decimal(0)),
        "refunded": sum((one.refunded for one in paying.by_currency), Decimal(0)),
        "links": links.links_sent.value,
        "clicked": links.links_clicked.value,
        "bots": links.bot_clicks,
        "out": consent.tile.value,
        "back": consent.opt_ins,
        "repeated": consent.tile.excluded,
        "causes": {str(cause): count for cause, count in consent.by_cause},
    }


def _response(found: ResponseTime) -> Numbers:
    return {"median": found.median_seconds, "mean": found.mean_seconds, "sample": found.sample}


async def every_page(
    fetch: Callable[[Page], Awaitable[Slice[T]]], cursor: Callable[[T], str], size: int
) -> list[T]:
    """The whole list, walked from the front; walked from the back it must be the same."""
    forward = await _walk(fetch, cursor, size, backward=False)
    assert await _walk(fetch, cursor, size, backward=True) == forward
    return forward


async def _walk(
    fetch: Callable[[Page], Awaitable[Slice[T]]],
    cursor: Callable[[T], str],
    size: int,
    *,
    backward: bool,
) -> list[T]:
    found: list[T] = []
    at: str | None = None
    while True:
        page = Page(size, backward=True, before=at) if backward else Page(size, after=at)
        part = await fetch(page)
        found = [*part.items, *found] if backward else [*found, *part.items]
        if not (part.has_previous if backward else part.has_next):
            return found
        at = cursor(part.items[0 if backward else -1])


def sort_key(column: str, view: Any, catalogue: Catalogue) -> Any:
    """What a row of the table is sorted by, told from what it shows."""
    message, beside = view.message, view.beside
    people, campaigns = catalogue.people, catalogue.campaigns
    reasons = message.status in ("UNDELIVERED", "FAILED")
    return {
        "SENT_AT": message.at,
        "NAME": (
            " ".join(filter(None, (view.contact.first_name, view.contact.last_name))) or view.contact.phone
        ).lower(),
        "PHONE": view.contact.phone,
        "DIRECTION": message.direction,
        "ORIGIN": message.origin,
        "STATUS": [
            "RECEIVED",
            "QUEUED",
            "SENDING",
            "SENT",
            "DELIVERED",
            "READ",
            "UNDELIVERED",
            "FAILED",
        ].index(message.status),
        "REASON": _reason(message.failure_code) if reasons else None,
        "BODY": message.body.lower(),
        "LINK": beside.link and beside.link.lower(),
        "CLICKED": beside.clicked,
        "INVOICE": beside.invoice and beside.invoice.lower(),
        "PAID": beside.paid,
        "AMOUNT": beside.amount,
        "CARD_TYPE": beside.card_type,
        "PAID_AT": beside.paid_at,
        "CAMPAIGN": message.campaign_id and campaigns[message.campaign_id].name.lower(),
        "AGENT": message.agent_id and people[message.agent_id].name.lower(),
        "LOCATION": catalogue.places[message.location_id].name.lower(),
    }[column]


def _reason(code: str | None) -> str:
    names = {"21610": "OPTED_OUT", "30006": "LANDLINE", None: "UNKNOWN"}
    return f"{names[code]} {code or ''}"


def in_order(views: list[Any], column: str, direction: str, catalogue: Catalogue) -> list[Any]:
    """The rows as they must stand: by the column, nulls last, then the newest first."""
    newest = sorted(views, key=lambda view: (view.message.at, view.message.id), reverse=True)
    if column == "SENT_AT":
        return newest if direction == "DESC" else newest[::-1]
    keyed = [(sort_key(column, view, catalogue), view) for view in newest]
    known = [pair for pair in keyed if pair[0] is not None]
    known.sort(key=lambda pair: pair[0], reverse=direction == "DESC")
    return [view for _, view in known] + [view for key, view in keyed if key is None]
