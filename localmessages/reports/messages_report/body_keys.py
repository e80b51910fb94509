"""Keys of the table by body: from one beginning of a text to the next, until the page is full."""

from __future__ import annotations

from localmessages.reports.keyset import Keyset, Page
from localmessages.reports.messages_report.columns import RowOrder
from localmessages.reports.messages_report.scope import SPAN, Scope, together
from localmessages.reports.messages_report.wanted_rows import WantedRows
from localmessages.reports.rows import Args

# After so many beginnings without a page, what is left of the report is so little that it is sorted instead.
_STEPS = 3000


def body_keys(scope: Scope, wanted: WantedRows, page: Page, order: RowOrder, args: Args) -> str:
    """The first keys of a page, or all of it; what texts there are elsewhere is stepped over one by one."""
    keyset = order.keyset()
    rank = order.sorting.sql
    falling = keyset.order_by(page).startswith(f"{rank} DESC")
    beyond, way = ("<", "DESC") if falling else (">", "ASC")
    cursor = page.before if page.backward else page.after
    start = "TRUE" if cursor is None else f"{rank} {beyond}= {args.add(keyset.values(cursor)[0])}::text"
    first, last = (f"{args.add(edge)}::timestamptz" for edge in scope.bounds)
    alike = Keyset(order.kind, keyset.columns[1:]).order_by(page)
    # message_body_idx
    return f"""RECURSIVE beginning AS (
    (
        SELECT {rank} AS rank, 1 AS step
        FROM message
        WHERE message.tenant_id = $1 AND {start}
        ORDER BY {rank} {way}
        LIMIT 1
    )
    UNION ALL
    SELECT next.rank, beginning.step + 1
    FROM beginning
    CROSS JOIN LATERAL (
        SELECT {rank} AS rank
        FROM message
        WHERE message.tenant_id = $1 AND {rank} {beyond} beginning.rank
        ORDER BY {rank} {way}
        LIMIT 1
    ) AS next
    WHERE beginning.step < {_STEPS}
), key AS (
    SELECT said.id, said.at, beginning.rank
    FROM beginning
    CROSS JOIN LATERAL (
        SELECT message.id, message.at
        FROM message
        WHERE message.tenant_id = $1
            AND {rank} = beginning.rank
            AND message.at >= {first}
            AND message.at < {last}
            AND EXISTS (
                SELECT FROM {SPAN}
                WHERE {together(wanted.conditions(scope, args, hashed=True), indent="                    ")}
            )
            AND {keyset.where(page, args)}
        ORDER BY {alike}
        LIMIT {page.limit}
    ) AS said
    LIMIT {page.limit}
)"""
