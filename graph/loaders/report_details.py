"""Reads of what lies behind the tiles of a Messages Report."""

from __future__ import annotations

from typing import cast

from strawberry import Info

from graph.loaders.commerce_nodes import link_node, payment_node
from graph.loaders.entry_nodes import consent_node
from graph.loaders.money import money
from graph.loaders.reading import Reading
from graph.loaders.reads import checked_search, shown
from graph.loaders.report import ReportReads
from graph.loaders.report_nodes import conversation_node, wait_node
from graph.lookahead import selected
from graph.types.consent import ConsentChangeConnection
from graph.types.link import TrackedLinkConnection
from graph.types.payment import PaymentRequestConnection
from graph.types.report import MessagesReport
from graph.types.report_conversation import ReportConversationConnection
from graph.types.report_detail import (
    DayCount,
    DeliveredDetail,
    FailureCount,
    LinkDetail,
    NonDeliverableDetail,
    OptOutCauseCount,
    OptOutDetail,
    PayByTextDetail,
)
from graph.types.report_row import ReportRowConnection, ReportRowOrder
from graph.types.wait import WaitConnection
from localmessages.reports.keyset import Page
from localmessages.reports.messages_report import conversations, links, opt_outs, pay_by_text, waits
from localmessages.reports.messages_report.delivered import delivered_times
from localmessages.reports.messages_report.failures import failures
from localmessages.reports.messages_report.texts import text_facts
from localmessages.reports.messages_report.wanted_rows import WantedRows
from localmessages.rules.delivery import failure_reason
from localmessages.rules.report import PayByTextStage, ReportConversationKind
from localmessages.rules.waits import WaitKind


class ReportDetailReads(ReportReads):
    """Each detail in the snapshot of its report, by the same predicate as its tile."""

    async def messages_report_delivered(self, report: MessagesReport, *, info: Info) -> DeliveredDetail:
        """Texts delivered, by hour and day."""
        reading = cast(Reading, report.reading)
        async with reading.connection() as connection:
            counts = await text_facts(connection, reading.scope)
            times = await delivered_times(connection, reading.scopes)
        return DeliveredDetail(
            reading=reading,
            attempted=counts.attempted,
            delivered=counts.delivered,
            non_deliverable=counts.non_deliverable,
            pending=counts.pending,
            by_hour=times.by_hour,
            by_day=[DayCount(on=day, count=count) for day, count in times.by_day],
            by_weekday_and_hour=times.by_weekday_and_hour,
        )

    async def delivered_detail_rows(
        self,
        detail: DeliveredDetail,
        *,
        search: str | None,
        order_by: ReportRowOrder,
        page: Page,
        info: Info,
    ) -> ReportRowConnection:
        """The texts delivered."""
        wanted = WantedRows(search=checked_search(search)).delivered()
        return await self.report_rows(cast(Reading, detail.reading), wanted, order_by, page, info)

    async def messages_report_non_deliverable(
        self, report: MessagesReport, *, info: Info
    ) -> NonDeliverableDetail:
        """Texts that failed, by reason."""
        reading = cast(Reading, report.reading)
        async with reading.connection() as connection:
            found = await failures(connection, reading.scope)
        return NonDeliverableDetail(
            reading=reading,
            by_reason=[
                FailureCount(code=one.code, reason=failure_reason(one.code), count=one.count) for one in found
            ],
        )

    async def non_deliverable_detail_rows(
        self,
        detail: NonDeliverableDetail,
        *,
        search: str | None,
        order_by: ReportRowOrder,
        page: Page,
        info: Info,
    ) -> ReportRowConnection:
        """The texts that failed."""
        wanted = WantedRows(search=checked_search(search)).non_deliverable()
        return await self.report_rows(cast(Reading, detail.reading), wanted, order_by, page, info)

    async def messages_report_conversations(
        self,
        report: MessagesReport,
        *,
        kind: ReportConversationKind,
        search: str | None,
        page: Page,
        info: Info,
    ) -> ReportConversationConnection:
        """The conversations behind one of the two tiles."""
        nodes, reading = await self.nodes(), cast(Reading, report.reading)
        given = (reading.scope, kind, checked_search(search))
        async with reading.connection() as connection:
            found = await conversations.conversations_page(connection, *given, page)
            counted = "totalCount" in selected(info)
            count = await conversations.count_conversations(connection, *given) if counted else 0
        cursors = {row.figures.id: row.cursor for row in found.items}
        return ReportConversationConnection.of(
            shown(found, lambda row: conversation_node(nodes, row)),
            lambda node: cursors[node.key],
            total_count=count,
        )

    async def messages_report_pay_by_text(self, report: MessagesReport, *, info: Info) -> PayByTextDetail:
        """How far the payment requests came."""
        reading = cast(Reading, report.reading)
        async with reading.connection() as connection:
            facts = await pay_by_text.pay_by_text_facts(connection, reading.scope)
        paid = facts.with_payments
        return PayByTextDetail(
            reading=reading,
            requests=facts.requests,
            received=facts.received,
            clicked=facts.clicked,
            paid=facts.paid,
            paid_not_delivered=facts.paid_not_delivered,
            gross=[money(one.gross, one.currency) for one in paid],
            refunded=[money(one.refunded, one.currency) for one in paid],
            net=[money(one.gross - one.refunded, one.currency) for one in paid],
        )

    async def pay_by_text_detail_rows(
        self, detail: PayByTextDetail, *, stage: PayByTextStage, search: str | None, page: Page, info: Info
    ) -> PaymentRequestConnection:
        """The payment requests that came at least so far."""
        nodes, reading = await self.nodes(), cast(Reading, detail.reading)
        search = checked_search(search)
        async with reading.connection() as connection:
            found, cursors = await pay_by_text.requests_page(
                connection, nodes.viewer, reading.scope, stage, search, page
            )
            counted = "totalCount" in selected(info)
            given = (reading.scope, stage, search)
            count = await pay_by_text.count_requests(connection, *given) if counted else 0
        return PaymentRequestConnection.of(
            shown(found, lambda view: payment_node(nodes, view)),
            lambda node: cursors[node.key],
            total_count=count,
        )

    async def messages_report_opt_outs(self, report: MessagesReport, *, info: Info) -> OptOutDetail:
        """How consent changed."""
        reading = cast(Reading, report.reading)
        async with reading.connection() as connection:
            facts = await opt_outs.opt_out_facts(connection, reading.scope)
        return OptOutDetail(
            reading=reading,
            opt_outs=facts.value,
            opt_ins=facts.opt_ins,
            by_cause=[OptOutCauseCount(cause=cause, count=count) for cause, count in facts.by_cause],
        )

    async def opt_out_detail_rows(
        self, detail: OptOutDetail, *, search: str | None, page: Page, info: Info
    ) -> ConsentChangeConnection:
        """The opt-outs."""
        nodes, reading = await self.nodes(), cast(Reading, detail.reading)
        search = checked_search(search)
        async with reading.connection() as connection:
            found = await opt_outs.opt_outs_page(connection, reading.scope, search, page, self.now)
            counted = "totalCount" in selected(info)
            count = await opt_outs.count_opt_outs(connection, reading.scope, search) if counted else 0
        return ConsentChangeConnection.of(
            shown(found, lambda view: consent_node(nodes, view)),
            lambda node: opt_outs.LATEST_FIRST.cursor(node.at, node.key),
            total_count=count,
        )

    async def messages_report_links(self, report: MessagesReport, *, info: Info) -> LinkDetail:
        """What became of the links."""
        reading = cast(Reading, report.reading)
        async with reading.connection() as connection:
            facts = await links.link_facts(connection, reading.scope)
        return LinkDetail(
            reading=reading, sent=facts.sent, clicked=facts.clicked, bot_clicks=facts.bot_clicks
        )

    async def link_detail_rows(
        self, detail: LinkDetail, *, clicked: bool | None, search: str | None, page: Page, info: Info
    ) -> TrackedLinkConnection:
        """The links."""
        nodes, reading = await self.nodes(), cast(Reading, detail.reading)
        search = checked_search(search)
        async with reading.connection() as connection:
            found, cursors = await links.links_page(
                connection, nodes.viewer, reading.scope, clicked, search, page
            )
            counted = "totalCount" in selected(info)
            given = (reading.scope, clicked, search)
            count = await links.count_links(connection, *given) if counted else 0
        return TrackedLinkConnection.of(
            shown(found, lambda view: link_node(nodes, view)),
            lambda node: cursors[node.key],
            total_count=count,
        )

    async def messages_report_waits(
        self,
        report: MessagesReport,
        *,
        kind: WaitKind,
        counted: bool | None,
        search: str | None,
        page: Page,
        info: Info,
    ) -> WaitConnection:
        """The waits behind a response time."""
        nodes, reading = await self.nodes(), cast(Reading, report.reading)
        wanted = waits.WantedWaits(kind, reading.out_of_hours, counted, checked_search(search))
        places = nodes.catalogue.places
        async with reading.connection() as connection:
            found = await waits.waits_page(
                connection, reading.scope, wanted, page, now=self.now, place_of=places.__getitem__
            )
            asked = "totalCount" in selected(info)
            count = await waits.count_waits(connection, reading.scope, wanted, now=self.now) if asked else 0
        return WaitConnection.of(
            shown(found, lambda view: wait_node(nodes, view)),
            lambda node: waits.LATEST_FIRST.cursor(node.ended_at, node.key),
            total_count=count,
        )
