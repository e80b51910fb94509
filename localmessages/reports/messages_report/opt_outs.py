"""Changes of consent in a report, and what came before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from localmessages.reports.keyset import Column, Keyset, Page, Slice
from localmessages.reports.messages_report.matching import contact_condition
from localmessages.reports.messages_report.scope import Scope, Stamps
from localmessages.reports.messages_report.tiles import CountTile, exclusions
from localmessages.reports.rows import Args
from localmessages.reports.timeline_rows import ENTRIES, EntryView, entry_view
from localmessages.rules.consent import OptOutCause

STAMPS = Stamps("cause_agent_id", "cause_campaign_id")
OPTED_OUT = "consent_change.state = 'OPTED_OUT'"
LATEST_FIRST = Keyset(
    "report opt-outs",
    (
        Column("consent_change.at", "timestamptz", descending=True),
        Column("consent_change.id", "uuid", descending=True),
    ),
)


@dataclass(frozen=True, slots=True)
class OptOutFacts:
    """How consent changed; `repeated` are keywords from contacts who were out already."""

    by_cause: list[tuple[OptOutCause, int]]
    opt_ins: int
    repeated: int

    @property
    def value(self) -> int:
        return sum(count for _, count in self.by_cause)

    @property
    def tile(self) -> CountTile:
        return CountTile(self.value, exclusions(REPEATED=self.repeated))


def changes_statement(scope: Scope, args: Args) -> str:
    # consent_change_location_idx
    return f"""
SELECT consent_change.state, consent_change.cause, count(*)::integer
FROM {scope.facts("consent_change", "at", args, stamps=STAMPS)}
GROUP BY 1, 2
ORDER BY 3 DESC, 2
"""


def repeated_statement(scope: Scope, args: Args) -> str:
    # message_opt_out_idx, consent_change_message_idx
    return f"""
SELECT count(*)::integer
FROM {scope.facts("message", "at", args, "message.keyword = 'OPT_OUT'")}
WHERE NOT EXISTS (
    SELECT FROM consent_change
    WHERE consent_change.tenant_id = $1
        AND consent_change.message_id = message.id
        AND {OPTED_OUT}
)
"""


async def opt_out_facts(connection: asyncpg.Connection, scope: Scope) -> OptOutFacts:
    """How consent changed in a scope."""
    args = scope.args()
    rows = await connection.fetch(changes_statement(scope, args), *args)
    args = scope.args()
    return OptOutFacts(
        [(OptOutCause(cause), count) for state, cause, count in rows if state == "OPTED_OUT"],
        sum(count for state, _, count in rows if state == "OPTED_IN"),
        await connection.fetchval(repeated_statement(scope, args), *args) or 0,
    )


def _chosen(scope: Scope, search: str | None, args: Args) -> str:
    return f"""{scope.facts("consent_change", "at", args, OPTED_OUT, stamps=STAMPS)}
JOIN contact ON contact.tenant_id = $1 AND contact.id = consent_change.contact_id
WHERE {contact_condition(search, args)}"""


def opt_outs_statement(scope: Scope, search: str | None, page: Page, args: Args) -> str:
    """The ids of the opt-outs."""
    return f"""
SELECT consent_change.id
FROM {_chosen(scope, search, args)}
    AND {LATEST_FIRST.where(page, args)}
ORDER BY {LATEST_FIRST.order_by(page)}
LIMIT {page.limit}
"""


async def opt_outs_page(
    connection: asyncpg.Connection, scope: Scope, search: str | None, page: Page, now: datetime
) -> Slice[EntryView]:
    """A page of the opt-outs, latest first."""
    args = scope.args()
    records = await connection.fetch(opt_outs_statement(scope, search, page, args), *args)
    return page.cut(await opt_outs_by_id(connection, scope, [record[0] for record in records], now))


async def opt_outs_by_id(
    connection: asyncpg.Connection, scope: Scope, ids: Sequence[UUID], now: datetime
) -> list[EntryView]:
    """Opt-outs of the scope, in the order of their ids."""
    # consent_change_pkey
    entries = f"""
WITH key AS (
    SELECT 'ConsentChange' AS kind, id
    FROM unnest($3::uuid[]) AS chosen (id)
)
{ENTRIES}
"""
    found = [entry_view(record) for record in await connection.fetch(entries, scope.tenant_id, now, ids)]
    views = {view.entry.id: view for view in found}
    return [views[key] for key in ids]


def opt_out_cursor(view: EntryView) -> str:
    """The cursor of an opt-out in the page."""
    return LATEST_FIRST.cursor(view.entry.at, view.entry.id)


async def count_opt_outs(connection: asyncpg.Connection, scope: Scope, search: str | None) -> int:
    """How many there are on all pages."""
    args = scope.args()
    return await connection.fetchval(f"SELECT count(*) FROM {_chosen(scope, search, args)}", *args) or 0
