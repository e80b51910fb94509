"""Which rows a page of the table has: their keys and what they are sorted by, as a CTE named `key`."""

from __future__ import annotations

from localmessages.reports.keyset import Page, WholeList
from localmessages.reports.messages_report.columns import RowOrder
from localmessages.reports.messages_report.contact_keys import contact_keys
from localmessages.reports.messages_report.link_keys import link_keys
from localmessages.reports.messages_report.matching import shown_matches
from localmessages.reports.messages_report.scope import SPAN, Scope, together
from localmessages.reports.messages_report.stamped import chosen_stamps, has_few_stamps
from localmessages.reports.messages_report.wanted_rows import WantedRows
from localmessages.reports.rows import Args
from localmessages.rules.report import ReportColumn

# Of each location so many texts are looked through for what is searched for, before words are looked up.
_NEAR = 60


def page_keys(scope: Scope, wanted: WantedRows, page: Page, order: RowOrder, args: Args) -> str:
    """The keys of a page, found in the way that reads least."""
    is_list = isinstance(page, WholeList)
    if wanted.search is None and order.by_date:
        return _newest_keys(scope, wanted, page, order, args)
    if wanted.search is None and not is_list and order.column in (ReportColumn.LINK, ReportColumn.CLICKED):
        return link_keys(scope, wanted, page, order, args)
    by_contact = order.column in (ReportColumn.NAME, ReportColumn.PHONE)
    if by_contact and wanted.is_all and not scope.is_stamped and not is_list:
        return contact_keys(scope, page, order, args)
    return _sorted_keys(wanted.texts(scope, args), page, order, args)


def _newest_keys(scope: Scope, wanted: WantedRows, page: Page, order: RowOrder, args: Args) -> str:
    """The first of each location, or of each of the people or campaigns that are fewer, merged."""
    keyset = order.keyset()
    if has_few_stamps(scope):
        # message_agent_idx or message_campaign_idx
        each, conditions = chosen_stamps(scope, args)
        conditions += wanted.own(args)
    else:
        # message_location_idx, alone
        each, conditions = SPAN, wanted.conditions(scope, args, hashed=True)
    inner = together([*conditions, keyset.where(page, args)], indent="            ")
    return f"""key AS (
    SELECT key.id, key.at, key.at AS rank
    FROM {each}
    CROSS JOIN LATERAL (
        SELECT message.id, message.at
        FROM message
        WHERE {inner}
        ORDER BY {keyset.order_by(page)}
        LIMIT {page.limit}
    ) AS key
    ORDER BY {order.keyset("key.rank", "key.at", "key.id").order_by(page)}
    LIMIT {page.limit}
)"""


def _sorted_keys(texts: str, page: Page, order: RowOrder, args: Args) -> str:
    """All keys with the column, sorted."""
    keyset = order.keyset("found.rank", "found.at", "found.id")
    joins = "\n".join(order.sorting.joins)
    # OFFSET keeps the planner from walking all bodies in their order.
    return f"""key AS (
    SELECT found.id, found.at, found.rank
    FROM (
        SELECT message.id, message.at, {order.sorting.sql} AS rank
        FROM {texts}
        {joins}
        OFFSET 0
    ) AS found
    WHERE {keyset.where(page, args)}
    ORDER BY {keyset.order_by(page)}
    LIMIT {page.limit}
)"""


def near_keys(scope: Scope, wanted: WantedRows, page: Page, order: RowOrder, args: Args) -> str:
    """Those among the next texts that show what is searched for: all up to the instant of one of them."""
    assert wanted.search is not None
    keyset = order.keyset()
    near = together(
        [*wanted.conditions(scope, args, hashed=True), keyset.where(page, args)], indent="        "
    )
    falling = "DESC" in keyset.order_by(page)
    last, beyond, ever = ("max", ">", "-infinity") if falling else ("min", "<", "infinity")
    # message_location_idx, once alone; contact_pkey, payment_request_pkey, tracked_link_message_idx
    return f"""edge AS (
    SELECT {last}(next.at) AS at
    FROM {SPAN}
    CROSS JOIN LATERAL (
        SELECT message.at
        FROM message
        WHERE {near}
        ORDER BY {keyset.order_by(page)}
        OFFSET {_NEAR}
        LIMIT 1
    ) AS next
), key AS (
    SELECT message.id, message.at, message.at AS rank
    FROM {SPAN}
    JOIN message
        ON {near}
        AND message.at {beyond} coalesce((SELECT edge.at FROM edge), '{ever}')
    WHERE {shown_matches(wanted.search, args)}
    ORDER BY {keyset.order_by(page)}
    LIMIT {page.limit}
)"""
