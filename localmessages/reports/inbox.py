"""The inbox: pages of conversations in one statement, by key in both directions."""

from dataclasses import dataclass
from functools import cache

import asyncpg

from localmessages.reports.conversations import EVERYTHING, Beside, ConversationView, selection, views
from localmessages.reports.inbox_conditions import Wanted
from localmessages.reports.inbox_sources import Source, source_of
from localmessages.reports.keyset import Column, Keyset, Page, Slice
from localmessages.reports.rows import Args
from localmessages.rules.access import Viewer
from localmessages.rules.ordering import ConversationOrderField, OrderDirection

# With so few locations a look into each costs less than one at the newest of the whole account.
FEW_LOCATIONS = 8
NEWEST = 400


# A page asks for it with every cursor.
@cache
def _keyset(field: ConversationOrderField, direction: OrderDirection, rank: str, id: str) -> Keyset:
    descending = direction is OrderDirection.DESC
    waits_end = field is ConversationOrderField.WAITING_SINCE
    columns = Column(rank, "timestamptz", descending, waits_end), Column(id, "uuid", descending)
    return Keyset(f"conversations {field} {direction}", columns)


@dataclass(frozen=True, slots=True)
class Order:
    """How a page of conversations is sorted."""

    field: ConversationOrderField = ConversationOrderField.LAST_ACTIVITY_AT
    direction: OrderDirection = OrderDirection.DESC

    def keyset(self, rank: str = "key.rank", id: str = "key.id") -> Keyset:
        """The order over these expressions."""
        return _keyset(self.field, self.direction, rank, id)

    def cursor(self, view: ConversationView) -> str:
        """The cursor of a conversation in a page of this order."""
        row = view.conversation
        by_activity = self.field is ConversationOrderField.LAST_ACTIVITY_AT
        return self.keyset().cursor(row.last_activity_at if by_activity else row.waiting_since, row.id)


NEWEST_FIRST = Order()


async def inbox_page(
    connection: asyncpg.Connection,
    viewer: Viewer,
    wanted: Wanted,
    page: Page,
    order: Order = NEWEST_FIRST,
    beside: Beside = EVERYTHING,
) -> Slice[ConversationView]:
    """A page of what is wanted; its `location_ids` must be ones that the viewer sees."""
    statement, args = inbox_statement(viewer, wanted, page, order, beside)
    records = [] if wanted.is_nothing else await connection.fetch(statement, *args)
    return page.cut(views(records, beside))


def inbox_statement(
    viewer: Viewer, wanted: Wanted, page: Page, order: Order, beside: Beside
) -> tuple[str, Args]:
    """The statement of a page, and its parameters."""
    args = Args([viewer.tenant_id])
    source = source_of(wanted, order.field, viewer, args)
    if source.by_place and len(wanted.location_ids) > FEW_LOCATIONS:
        keys = _account_first(source, wanted, order, page, args)
    else:
        keys = _keys("key", source, order, page, args)
    chosen, joins = selection(beside, viewer, args)
    statement = f"""
WITH {keys}
-- conversation_pkey
SELECT
    {chosen}
FROM key
JOIN conversation ON conversation.tenant_id = $1 AND conversation.id = key.id
{joins}
ORDER BY {order.keyset().order_by(page)}
"""
    return statement, args


def _keys(name: str, source: Source, order: Order, page: Page, args: Args, *, gate: str = "") -> str:
    """The first of each range of the source, merged."""
    keyset = order.keyset(source.rank, source.id)
    conditions = [*source.within, *source.rest, keyset.where(page, args)]
    matching = f"matching AS ({source.matching}\n), " if source.matching else ""
    return f"""{matching}{name} AS (
    -- {source.index}
    SELECT {"DISTINCT " if source.repeats else ""}key.id, key.rank
    FROM {source.ranges}
    CROSS JOIN LATERAL (
        SELECT {source.id} AS id, {source.rank} AS rank
        FROM {source.table}
        WHERE {_all(conditions, indent=12)}
        ORDER BY {keyset.order_by(page)}
        LIMIT {page.rows}
    ) AS key
    {gate}
    ORDER BY {order.keyset().order_by(page)}
    LIMIT {page.rows}
)"""


def _account_first(source: Source, wanted: Wanted, order: Order, page: Page, args: Args) -> str:
    """The newest rows of the whole account, if enough of them are wanted; else the first of each range."""
    keyset = order.keyset("conversation.last_activity_at", "conversation.id")
    walk = order.keyset().order_by(page)
    looked_up = "\n    JOIN conversation ON conversation.tenant_id = $1 AND conversation.id = key.id"
    wanted_of_newest = [f"key.location_id = ANY({args.add(wanted.location_ids)}::uuid[])", *source.rest]
    return f"""newest AS MATERIALIZED (
    -- conversation_account_idx alone
    SELECT key.id, key.rank, key.location_id
    FROM unnest({args.add(wanted.statuses)}::text[]) AS wanted (status)
    CROSS JOIN LATERAL (
        SELECT conversation.id, conversation.last_activity_at AS rank, conversation.location_id
        FROM conversation
        WHERE conversation.tenant_id = $1
            AND conversation.status = wanted.status
            AND {keyset.where(page, args)}
        ORDER BY {keyset.order_by(page)}
        LIMIT {NEWEST}
    ) AS key
    ORDER BY {walk}
    LIMIT {NEWEST}
), near AS MATERIALIZED (
    SELECT key.id, key.rank
    FROM newest AS key{looked_up if source.rest else ""}
    WHERE {_all(wanted_of_newest, indent=8)}
    ORDER BY {walk}
    LIMIT {page.rows}
), enough AS MATERIALIZED (
    SELECT (SELECT count(*) FROM near) = {page.rows} OR (SELECT count(*) FROM newest) < {NEWEST} AS so
), {_keys("far", source, order, page, args, gate="WHERE NOT (SELECT so FROM enough)")}, key AS (
    SELECT id, rank FROM near WHERE (SELECT so FROM enough)
    UNION ALL
    SELECT id, rank FROM far
)"""


def _all(conditions: list[str], *, indent: int) -> str:
    return f"\n{' ' * indent}AND ".join(conditions)
