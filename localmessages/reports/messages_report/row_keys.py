"""Which rows a page of the table has: their keys and what they are sorted by, as a CTE named `key`."""

from __future__ import annotations

from localmessages.reports.keyset import Page, WholeList
from localmessages.reports.messages_report.columns import RowOrder
from localmessages.reports.messages_report.contact_keys import contact_keys
from localmessages.reports.messages_report.link_keys import link_keys
from localmessages.reports.messages_report.matching import shown_matches
from localmessages.reports.messages_report.scope import SPAN, Scope, together
from localmessages.reports.messages_report.wanted_rows import WantedRows
from localmessages.reports.rows import Args
from localmessages.rules.report import ReportColumn

# Of each location so many texts are looked through for what is searched for, before words are looked up.
_NEAR = 90


def page_keys(scope: Scope, wanted: WantedRows, page: Page, order: RowOrder, args: Args) -> str:
    """The keys of a page, found in the way that reads least."""
    is_list = isinstance(page, WholeList)
    if wanted.search is None and order.by_date:
        return newest_keys(wanted.conditions(scope, args), page, order, args)
    if wanted.search is None and not is_list and order.column in (ReportColumn.LINK, ReportColumn.CLICKED):
        return link_keys(scope, wanted, page, order, args)
    by_contact = order.column in (ReportColumn.NAME, ReportColumn.PHONE)
    if by_contact and wanted.is_all and not scope.is_stamped and not is_list:
        return contact_keys(scope, page, order, args)
    return _sorted_keys(wanted.texts(scope, args), page, order, args)


def newest_keys(conditions: list[str], page: Page, order: RowOrder, args: Args) -> str:
    """The first of each location, merged."""
    keyset = order.keyset()
    inner = together([*conditions, keyset.where(page, args)], indent="            ")
    # message_location_idx, alone
    return f"""key AS (
    SELECT key.id, key.at, key.at AS rank
    FROM {SPAN}
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
    keyset = order.keyset()
    joins = "\n".join(order.sorting.joins)
    return f"""key AS (
    SELECT message.id, message.at, {order.sorting.sql} AS rank
    FROM {texts}
{joins}
    WHERE {keyset.where(page, args)}
    ORDER BY {keyset.order_by(page)}
    LIMIT {page.limit}
)"""


def near_keys(scope: Scope, wanted: WantedRows, page: Page, order: RowOrder, args: Args) -> str:
    """Those among the next texts that show what is searched for: all up to the instant of one of them."""
    assert wanted.search is not None
    keyset = order.keyset()
    near = together([*wanted.conditions(scope, args), keyset.where(page, args)], indent="        ")
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
