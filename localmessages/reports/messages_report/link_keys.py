"""Keys of the table by link: the few texts that have one first, then the others, newest first."""

from __future__ import annotations

from localmessages.reports.keyset import Page
from localmessages.reports.messages_report.columns import PAY_LINK_FIRST, RowOrder, prefix
from localmessages.reports.messages_report.scope import SPAN, Scope, together
from localmessages.reports.messages_report.wanted_rows import WantedRows
from localmessages.reports.rows import Args
from localmessages.rules.report import ReportColumn

_NO_LINK = """NOT EXISTS (
                SELECT FROM tracked_link
                WHERE tracked_link.tenant_id = $1 AND tracked_link.message_id = message.id
            )"""


def link_keys(scope: Scope, wanted: WantedRows, page: Page, order: RowOrder, args: Args) -> str:
    """Of LINK and CLICKED; nulls are last, so that what has no link is a list of its own behind."""
    keyset = order.keyset("linked.rank", "linked.at", "linked.id")
    without = order.keyset(f"NULL::{order.sorting.type}", "message.at", "message.id")
    none = together(
        [
            *wanted.conditions(scope, args, hashed=True),
            _NO_LINK,
            without.where(page, args),
        ],
        indent="            ",
    )
    merged = order.keyset("rank", "at", "id").order_by(page)
    # message_location_idx, alone; tracked_link_message_idx
    return f"""linked AS (
    {_linked(scope, wanted, order, args)}
), key AS (
    (
        SELECT linked.id, linked.at, linked.rank
        FROM linked
        WHERE {keyset.where(page, args)}
        ORDER BY {keyset.order_by(page)}
        LIMIT {page.limit}
    )
    UNION ALL
    SELECT other.id, other.at, NULL
    FROM {SPAN}
    CROSS JOIN LATERAL (
        SELECT message.id, message.at
        FROM message
        WHERE {none}
        ORDER BY {without.order_by(page)}
        LIMIT {page.limit}
    ) AS other
    ORDER BY {merged}
    LIMIT {page.limit}
)"""


def _linked(scope: Scope, wanted: WantedRows, order: RowOrder, args: Args) -> str:
    """Each text with a link once; the table shows one of its links, and whether any was clicked."""
    own = wanted.own(args)
    # message_pkey
    text = (
        f"JOIN message ON message.tenant_id = $1 AND message.id = tracked_link.message_id AND {together(own)}"
        if own
        else ""
    )
    links = f"{scope.facts('tracked_link', 'sent_at', args)}\n    {text}"
    if order.column is ReportColumn.LINK:
        # tracked_link_sent_idx
        return f"""SELECT DISTINCT ON (tracked_link.message_id)
        tracked_link.message_id AS id, tracked_link.sent_at AS at, {prefix("lower(tracked_link.url)")} AS rank
    FROM {links}
    ORDER BY tracked_link.message_id, {PAY_LINK_FIRST}"""
    # tracked_link_sent_idx, alone; payment_request_pkey
    return f"""SELECT
        tracked_link.message_id AS id, tracked_link.sent_at AS at,
        bool_or(tracked_link.clicks > 0 OR payment_request.paid_at IS NOT NULL) AS rank
    FROM {links}
    LEFT JOIN payment_request
        ON payment_request.tenant_id = $1 AND payment_request.id = tracked_link.payment_request_id
    GROUP BY tracked_link.message_id, tracked_link.sent_at"""
