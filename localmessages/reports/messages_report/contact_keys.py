"""Keys of the table by name or number: first the contacts that the page may have, then their texts."""

from __future__ import annotations

from localmessages.reports.keyset import Column, Keyset, Page
from localmessages.reports.messages_report.columns import RowOrder
from localmessages.reports.messages_report.conversation_days import conversation_days
from localmessages.reports.messages_report.scope import SPAN, Scope, together
from localmessages.reports.rows import Args


def contact_keys(scope: Scope, page: Page, order: RowOrder, args: Args) -> str:
    """Every contact here has a text in the report, so that as many of them as rows are enough."""
    keyset = order.keyset("person.rank")
    by_rank = _by_rank(order)
    start, end = (args.add(edge) for edge in scope.bounds)
    cursor = page.before if page.backward else page.after
    rank = None if cursor is None else args.add(keyset.values(cursor)[0])
    falling = by_rank.order_by(page).endswith("DESC")
    from_rank = "TRUE" if rank is None else f"{order.sorting.sql} {'<=' if falling else '>='} {rank}::text"
    beyond = "TRUE" if rank is None else f"person.rank {'<' if falling else '>'} {rank}::text"
    # contact_pkey; conversation_contact_idx, alone; message_conversation_idx
    return f"""person AS (
    SELECT contact.id, {order.sorting.sql} AS rank
    FROM (
        SELECT contact_id
        FROM {conversation_days(scope, args)}
        GROUP BY contact_id
        HAVING sum(texts) > 0
    ) AS seen
    JOIN contact ON contact.tenant_id = $1 AND contact.id = seen.contact_id
    WHERE {from_rank}
), enough AS (
    SELECT person.rank
    FROM person
    WHERE {beyond}
    ORDER BY {by_rank.order_by(page)}
    OFFSET {page.rows - 1}
    LIMIT 1
), key AS (
    SELECT message.id, message.at, person.rank
    FROM person
    JOIN conversation ON conversation.tenant_id = $1 AND conversation.contact_id = person.id
    CROSS JOIN LATERAL (
        SELECT message.id, message.at, message.tenant_id, message.location_id, message.conversation_id
        FROM message
        WHERE message.tenant_id = $1
            AND message.conversation_id = conversation.id
            AND message.at >= {start}::timestamptz
            AND message.at < {end}::timestamptz
        OFFSET 0
    ) AS message
    JOIN {SPAN}
        ON {together(scope.within("message", "at", args), indent="        ")}
    WHERE person.rank {">=" if falling else "<="} coalesce((SELECT enough.rank FROM enough), person.rank)
        AND {keyset.where(page, args)}
    ORDER BY {keyset.order_by(page)}
    LIMIT {page.limit}
)"""


def _by_rank(order: RowOrder) -> Keyset:
    first = order.keyset("person.rank").columns[0]
    return Keyset(order.kind, (Column(first.sql, first.type, first.descending),))
