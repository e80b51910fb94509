"""Links, files and payment requests of the API, out of their rows."""

from __future__ import annotations

from datetime import datetime, timedelta

from graph.loaders.money import money
from graph.loaders.nodes import Nodes
from graph.loaders.place_nodes import node_id
from graph.scalars import URL
from graph.types.link import LinkClick, TrackedLink
from graph.types.message import Media
from graph.types.payment import PaymentEvent, PaymentRequest
from localmessages.auth import sign
from localmessages.reports.links import ClickRow, LinkView
from localmessages.reports.messages import MediaRow
from localmessages.reports.payments import PaymentEventRow, PaymentView
from localmessages.rules.billing import pay_url
from localmessages.rules.linking import link_base, short_url, short_url_in
from localmessages.rules.payments import CardBrand, PaymentEventKind, PaymentStatus

MEDIA_FOR = timedelta(hours=1)


def link_node(nodes: Nodes, view: LinkView) -> TrackedLink:
    """A short link in a text."""
    link = view.link
    # The domain may be another one since; what came by a replay has its own address in the text.
    base = link_base(nodes.catalogue.places[view.location_id], nodes.public_url)
    in_text = short_url_in(view.body, link.slug)
    return TrackedLink(
        key=link.id,
        message_key=link.message_id,
        contact_key=view.contact_id,
        id=node_id("TrackedLink", link.id),
        url=URL(link.url),
        short_url=URL(in_text or short_url(base, link.slug)),
        clicked=link.clicks > 0 or view.paid,
        clicks=link.clicks,
        bot_clicks=link.bot_clicks,
        first_clicked_at=link.first_clicked_at,
    )


def click_node(row: ClickRow) -> LinkClick:
    """One visit of a link."""
    return LinkClick(
        key=row.id,
        id=node_id("LinkClick", row.id),
        at=row.at,
        bot=row.bot,
        user_agent=row.user_agent,
    )


def media_node(nodes: Nodes, row: MediaRow, secret: str, now: datetime) -> Media:
    """A file, with addresses that are good for an hour."""

    def address(path: str) -> URL:
        signed = f"{path}?until={int((now + MEDIA_FOR).timestamp())}"
        return URL(f"{nodes.public_url}{signed}&signature={sign(secret, signed)}")

    path = f"/media/{row.id}"
    return Media(
        key=row.id,
        id=node_id("Media", row.id),
        url=address(path),
        thumbnail_url=address(f"{path}/thumbnail") if row.thumbnail_key else None,
        filename=row.filename,
        content_type=row.content_type,
        bytes=row.bytes,
        width=row.width,
        height=row.height,
    )


def payment_node(nodes: Nodes, view: PaymentView) -> PaymentRequest:
    """A bill that a contact can pay."""
    row = view.request
    return PaymentRequest(
        key=row.id,
        contact_key=row.contact_id,
        location_key=row.location_id,
        id=node_id("PaymentRequest", row.id),
        invoice=row.invoice,
        amount=money(row.amount, row.currency),
        description=row.description,
        status=PaymentStatus(row.status),
        pay_url=URL(pay_url(nodes.public_url, row.id)),
        delivered=view.delivered,
        clicked=view.clicked,
        paid_at=row.paid_at,
        paid=None if row.paid_amount is None else money(row.paid_amount, row.currency),
        refunded=money(row.refunded_amount, row.currency) if row.refunded_amount else None,
        card_type=None if row.card_type is None else CardBrand(row.card_type),
        created_at=row.created_at,
    )


def payment_event_node(event: PaymentEventRow, request: PaymentRequest) -> PaymentEvent:
    """A report of the provider; without an amount about what is asked for, of a refund all that was paid."""
    is_refund = event.kind == PaymentEventKind.REFUNDED
    whole = request.paid if is_refund and request.paid else request.amount
    return PaymentEvent(
        at=event.at,
        kind=PaymentEventKind(event.kind),
        amount=whole if event.amount is None else money(event.amount, request.amount.currency),
        card_type=None if event.card_type is None else CardBrand(event.card_type),
    )
