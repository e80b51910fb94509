"""What a Messages Report consists of, as the API shows it."""

from __future__ import annotations

from graph.loaders.metrics_nodes import response_time
from graph.loaders.money import money
from graph.loaders.nodes import Nodes
from graph.loaders.place_nodes import node_id
from graph.scalars import URL, PhoneNumber, TimeZone
from graph.types.report_conversation import ReportConversation
from graph.types.report_row import ReportRow
from graph.types.report_tiles import CountTile, Exclusion, MessagesReportTiles, RateTile
from graph.types.wait import Wait
from graph.types.window import ReportWindow
from localmessages.reports import metrics
from localmessages.reports.messages_report import tiles
from localmessages.reports.messages_report.all_tiles import Tiles
from localmessages.reports.messages_report.conversations import ConversationRow
from localmessages.reports.messages_report.rows import RowView
from localmessages.reports.messages_report.waits import WaitView
from localmessages.rules.payments import CardBrand
from localmessages.rules.waits import WaitKind, WaitOutcome


def window_node(window: metrics.ReportWindow) -> ReportWindow:
    """The time that a report looks at."""
    return ReportWindow(
        start=window.start,
        end=window.end,
        first_day=window.first_day,
        last_day=window.last_day,
        time_zone=None if window.time_zone is None else TimeZone(window.time_zone),
    )


def tiles_node(found: Tiles) -> MessagesReportTiles:
    """All tiles of a window."""
    return MessagesReportTiles(
        messages_delivered=count_tile(found.texts.messages_delivered),
        conversations_held=count_tile(found.texts.conversations_held),
        conversations_with_pay_by_text=count_tile(found.texts.conversations_with_pay_by_text),
        pay_by_text_conversion=rate_tile(found.pay_by_text.conversion),
        non_deliverable_messages=count_tile(found.texts.non_deliverable_messages),
        opt_outs=count_tile(found.opt_outs.tile),
        links_sent=count_tile(found.links.links_sent),
        links_clicked=count_tile(found.links.links_clicked),
        link_click_rate=rate_tile(found.links.click_rate),
        inbound_response_time=response_time(found.inbound),
        outbound_response_time=response_time(found.outbound),
    )


def count_tile(tile: tiles.CountTile) -> CountTile:
    """A tile with a count."""
    return CountTile(
        value=tile.value,
        sample=tile.sample,
        excluded=tile.excluded,
        exclusions=_exclusions(tile.exclusions),
    )


def rate_tile(tile: tiles.RateTile) -> RateTile:
    """A tile with a share."""
    return RateTile(
        value=tile.value,
        numerator=tile.numerator,
        denominator=tile.denominator,
        excluded=tile.excluded,
        exclusions=_exclusions(tile.exclusions),
    )


def _exclusions(found: tuple[tiles.Exclusion, ...]) -> list[Exclusion]:
    return [Exclusion(reason=one.reason, count=one.count) for one in found]


def row_node(nodes: Nodes, view: RowView) -> ReportRow:
    """A row of the table."""
    contact, message, beside = nodes.contact(view.contact), nodes.message(view.message), view.beside
    location = nodes.location(view.message.location_id)
    assert location is not None, "rows of hidden locations are not read"
    return ReportRow(
        key=message.key,
        conversation_key=view.message.conversation_id,
        id=node_id("ReportRow", message.key),
        sent_at=message.at,
        name=contact.name,
        phone=contact.phone,
        direction=message.direction,
        origin=message.origin,
        status=message.status,
        failure_reason=message.failure_reason,
        failure_code=message.failure_code,
        body=message.body,
        link=None if beside.link is None else URL(beside.link),
        clicked=beside.clicked,
        invoice=beside.invoice,
        paid=beside.paid,
        amount=None if beside.amount is None else money(beside.amount, beside.currency or ""),
        card_type=None if beside.card_type is None else CardBrand(beside.card_type),
        paid_at=beside.paid_at,
        campaign=message.campaign,
        agent=message.agent,
        location=location,
        contact=contact,
        message=message,
    )


def conversation_node(nodes: Nodes, row: ConversationRow) -> ReportConversation:
    """A conversation as far as the report is about it."""
    contact, figures = nodes.contact(row.contact), row.figures
    return ReportConversation(
        key=figures.id,
        id=node_id("ReportConversation", figures.id),
        name=contact.name,
        phone=PhoneNumber(row.contact.phone),
        inbound_messages=figures.inbound,
        outbound_messages=figures.outbound,
        first_at=figures.first_at,
        last_at=figures.last_at,
        contact=contact,
    )


def wait_node(nodes: Nodes, view: WaitView) -> Wait:
    """A wait with the customer's whole wait, and how it counts in its list."""
    wait, whole = view.wait, view.whole
    location = nodes.location(wait.location_id)
    assert location is not None, "waits of hidden locations are not read"
    assert wait.ended_at is not None, "a wait is shown once it has ended"
    return Wait(
        key=wait.id,
        conversation_key=wait.conversation_id,
        question_key=wait.question_id,
        answer_key=wait.answer_id,
        counted_seconds=view.seconds,
        left_out=view.exclusion,
        id=node_id("Wait", wait.id),
        kind=WaitKind(wait.kind),
        outcome=WaitOutcome(wait.outcome or ""),
        started_at=wait.started_at,
        ended_at=wait.ended_at,
        elapsed_seconds=wait.elapsed_seconds or 0.0,
        open_seconds=wait.open_seconds or 0.0,
        opened_out_of_hours=wait.opened_out_of_hours,
        reply_undelivered=wait.reply_undelivered,
        customer_since=whole.since,
        customer_elapsed_seconds=whole.elapsed_seconds,
        customer_open_seconds=whole.open_seconds,
        legs=whole.legs,
        location=location,
        agent=nodes.user(wait.agent_id),
        campaign=nodes.campaign(wait.campaign_id),
        contact=nodes.contact(view.contact),
    )
