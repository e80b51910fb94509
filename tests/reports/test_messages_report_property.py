"""Any log, any filter, any window: a tile is its rows, and both are what the bare rows tell (C8)."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localmessages.reports.exports.reader import Reader
from localmessages.reports.keyset import Page
from localmessages.reports.messages_report import conversations, links, opt_outs, pay_by_text, waits
from localmessages.reports.messages_report.columns import RowOrder
from localmessages.reports.messages_report.delivered import delivered_times
from localmessages.reports.messages_report.rows import RowView, rows_page
from localmessages.reports.messages_report.scope import ReportScopes
from localmessages.reports.messages_report.wanted_rows import ALL_ROWS, WantedRows
from localmessages.rules.access import Role, Viewer
from localmessages.rules.exports import ReportView
from localmessages.rules.metrics import OutOfHours
from localmessages.rules.ordering import OrderDirection
from localmessages.rules.refusal import NotAllowed
from localmessages.rules.report import PayByTextStage, ReportColumn, ReportConversationKind
from localmessages.rules.waits import WaitKind
from localmessages.services import Services
from models.catalogue import Catalogue, Catalogues, load_catalogue
from models.database import Database
from tests.support.random_log import BEGINNING, PLACES
from tests.support.random_report_log import CAMPAIGNS, TAGS, RandomReportLog, report_deeds
from tests.support.recompute import Asked
from tests.support.report_exports import IDS, all_rows, check_files, expected_ids, table_of_view, tile_of
from tests.support.report_numbers import every_page, in_order, numbers, scopes_of
from tests.support.report_recompute import AskedReport, Recomputed, raw_rows
from tests.support.summary_numbers import differences

some_days = st.integers(1, 12).map(lambda days: ("last", days))
some_instants = st.tuples(st.integers(0, 9_000), st.integers(1, 9_000)).map(lambda both: ("between", both))
filters = st.fixed_dictionaries(
    {
        "window": some_days | some_instants,
        "zone": st.none() | st.sampled_from(["Asia/Kolkata", "America/New_York"]),
        "mode": st.sampled_from(OutOfHours),
        "places": st.none() | st.sets(st.sampled_from([name for name, *_ in PLACES])),
        "agents": st.none() | st.none() | st.just(("ann",)),
        "campaigns": st.none() | st.none() | st.sets(st.sampled_from(CAMPAIGNS)),
        "tags": st.none()
        | st.tuples(st.sampled_from(["any", "all"]), st.sets(st.sampled_from(TAGS), min_size=1)),
    }
)


async def asked_of(
    connection: asyncpg.Connection, tenant: UUID, log: RandomReportLog, chosen: dict[str, Any]
) -> AskedReport:
    async def keys(table: str, names: set[str] | None) -> list[UUID] | None:
        if names is None:
            return None
        known = [log.named(name) for name in names]
        found = await connection.fetch(
            f"SELECT id FROM {table} WHERE tenant_id = $1 AND external_id = ANY ($2::text[])", tenant, known
        )
        return [row["id"] for row in found]

    kind, given_window = chosen["window"]
    if kind == "last":
        window = Asked(log.at, last=given_window, zone=chosen["zone"])
    else:
        start = BEGINNING + timedelta(minutes=given_window[0])
        instants = (start, start + timedelta(minutes=given_window[1]))
        window = Asked(log.at, instants=instants, zone=chosen["zone"])
    way, tags = chosen["tags"] or (None, None)
    return AskedReport(
        window,
        chosen["mode"],
        await keys("location", chosen["places"]),
        await keys("app_user", chosen["agents"]),
        await keys("campaign", chosen["campaigns"]),
        await keys("tag", tags) if way == "any" else None,
        await keys("tag", tags) if way == "all" else None,
    )


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    given_deeds=report_deeds,
    chosen=filters,
    column=st.sampled_from(ReportColumn),
    direction=st.sampled_from(OrderDirection),
    size=st.integers(1, 7),
)
async def test_every_tile_is_its_rows_and_what_the_facts_say(
    database: Database, given_deeds, chosen, column, direction, size
):
    log = RandomReportLog(given_deeds)
    services = Services(database, Catalogues(), clock=lambda: log.at + timedelta(hours=1))
    await log.replay(services, batch=20)

    async with database.snapshot() as connection:
        tenant = await connection.fetchval(
            "SELECT id FROM account WHERE external_id = $1", f"town-{log.town}"
        )
        catalogue = await load_catalogue(connection, tenant)
        asked = await asked_of(connection, tenant, log, chosen)
        raw = await raw_rows(connection, tenant)
        scopes = scopes_of(catalogue, tenant, asked)
        now, before = Recomputed(raw, asked), Recomputed(raw, asked, 1)

        assert differences(now.numbers(), await numbers(connection, scopes.window, asked.mode)) == []
        assert differences(before.numbers(), await numbers(connection, scopes.before, asked.mode)) == []
        await check_times(connection, scopes, now)
        await check_rows(connection, scopes, now, catalogue, RowOrder(column, direction), size)
        await check_details(connection, scopes, now, viewer_of(catalogue, tenant), size)
        await check_waits(connection, scopes, now, catalogue, size)
        await check_exports(connection, scopes, now, catalogue, RowOrder(column, direction))


def viewer_of(catalogue: Catalogue, tenant: UUID) -> Viewer:
    person = next(iter(catalogue.people))
    viewer = catalogue.viewer(person)
    assert viewer is not None
    assert viewer.may_on_account(Role.OWNER, tenant)
    return viewer


async def check_times(connection, scopes: ReportScopes, told: Recomputed) -> None:
    times = await delivered_times(connection, scopes)
    assert times.by_hour == told.by_hour()
    assert {day: count for day, count in times.by_day if count} == told.by_day()
    assert sum(map(sum, times.by_weekday_and_hour)) == sum(times.by_hour)


async def check_rows(connection, scopes, told: Recomputed, catalogue, order: RowOrder, size: int) -> None:
    async def rows(wanted: WantedRows) -> list[RowView]:
        return await every_page(
            lambda page: rows_page(connection, scopes.window, wanted, page, order),
            lambda view: view.cursor,
            size,
        )

    found = await rows(ALL_ROWS)
    assert {view.message.id for view in found} == {row["id"] for row in told.texts}
    assert found == in_order(found, order.column, order.direction, catalogue)
    delivered, failed = await rows(ALL_ROWS.delivered()), await rows(ALL_ROWS.non_deliverable())
    assert sorted(view.message.id for view in delivered) == sorted(row["id"] for row in told.delivered)
    assert sorted(view.message.id for view in failed) == sorted(row["id"] for row in told.failed)


async def check_details(connection, scopes, told: Recomputed, viewer: Viewer, size: int) -> None:
    scope = scopes.window
    for kind, keys in (
        (ReportConversationKind.HELD, told.held()),
        (ReportConversationKind.WITH_PAY_BY_TEXT, told.with_bills()),
    ):
        talks = await every_page(
            partial(conversations.conversations_page, connection, scope, kind, None),
            lambda row: row.cursor,
            size,
        )
        assert {row.figures.id for row in talks} == keys
        assert len(talks) == await conversations.count_conversations(connection, scope, kind, None)
        assert all(one.figures.latest_at >= two.figures.latest_at for one, two in pairwise(talks))
    for stage in PayByTextStage:
        bills, _ = await pay_by_text.requests_page(connection, viewer, scope, stage, None, Page(100))
        assert {view.request.id for view in bills.items} == told.stages()[stage]
        assert len(bills.items) == await pay_by_text.count_requests(connection, scope, stage, None)
    for clicked in (None, True, False):
        sent, _ = await links.links_page(connection, viewer, scope, clicked, None, Page(100))
        expected = {link["id"] for link, was in told.links() if clicked in (None, was)}
        assert {view.link.id for view in sent.items} == expected
        assert len(expected) == await links.count_links(connection, scope, clicked, None)
    changes = await every_page(
        lambda page: opt_outs.opt_outs_page(connection, scope, None, page, scopes.now),
        opt_outs.opt_out_cursor,
        size,
    )
    assert {view.entry.id for view in changes} == {row["id"] for row in told.changes("OPTED_OUT")}


async def check_waits(connection, scopes, told: Recomputed, catalogue: Catalogue, size: int) -> None:
    for kind in WaitKind:
        wanted = waits.WantedWaits(kind, OutOfHours(told.asked.mode))
        found = await every_page(
            partial(
                waits.waits_page,
                connection,
                scopes.window,
                wanted,
                now=scopes.now,
                place_of=catalogue.places.__getitem__,
            ),
            lambda view: waits.LATEST_FIRST.cursor(view.wait.ended_at, view.wait.id),
            size,
        )
        late = scopes.now - timedelta(days=7)
        expected = {row["id"]: row for row in told.waits(kind) if row["ended_at"] or row["started_at"] < late}
        assert {view.wait.id for view in found} == set(expected)
        assert all((view.seconds is None) == (view.exclusion is not None) for view in found)
        sample = told.numbers()["inbound" if kind is WaitKind.INBOUND else "outbound"]["sample"]
        assert sum(view.exclusion is None for view in found) == sample


async def check_exports(
    connection, scopes: ReportScopes, told: Recomputed, catalogue: Catalogue, order: RowOrder
) -> None:
    asked, viewer = told.asked, viewer_of(catalogue, scopes.tenant_id)
    reader = Reader(viewer, catalogue, scopes.now)
    tiles, expected = await numbers(connection, scopes.window, asked.mode), expected_ids(told)
    for view in ReportView:
        if not scopes.filter.places:
            with pytest.raises(NotAllowed):
                table_of_view(asked, scopes.filter.window, view, order, reader)
            continue
        table = table_of_view(asked, scopes.filter.window, view, order, reader)
        rows = await all_rows(connection, table)
        counted = [row for row in rows if getattr(row, "exclusion", None) is None]
        assert len(counted) == tile_of(view, tiles)
        if view in expected:
            assert sorted(map(IDS[view], rows)) == sorted(expected[view])
        check_files(table, rows)
    if scopes.filter.places:
        await check_order(connection, scopes, asked, order, reader)


async def check_order(
    connection, scopes: ReportScopes, asked: AskedReport, order: RowOrder, reader: Reader
) -> None:
    """The file of the table is its pages, one after the other."""
    table = table_of_view(asked, scopes.filter.window, ReportView.ROWS, order, reader)
    pages = await every_page(
        lambda page: rows_page(connection, scopes.window, ALL_ROWS, page, order),
        lambda view: view.cursor,
        Page().size,
    )
    assert await all_rows(connection, table) == [view[:3] for view in pages]
