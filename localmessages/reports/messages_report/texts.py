"""The tiles about texts and conversations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import asyncpg

from localmessages.reports.messages_report.conversation_days import conversation_days
from localmessages.reports.messages_report.scope import Scope
from localmessages.reports.messages_report.stamped import has_few_stamps, stamped_texts
from localmessages.reports.messages_report.tiles import CountTile, exclusions
from localmessages.reports.rows import Args
from localmessages.rules import report as rules
from localmessages.rules.delivery import MessageStatus

DELIVERED = "message.direction = 'OUTBOUND' AND message.status IN ('DELIVERED', 'READ')"
NON_DELIVERABLE = "message.direction = 'OUTBOUND' AND message.status IN ('UNDELIVERED', 'FAILED')"
# Whatever was accepted for sending, also what the carrier then refused (C1).
PAY_BY_TEXT = "message.payment_request_id IS NOT NULL"

IS_HELD = "talk.has_inbound AND talk.has_agent"
HAS_PAY_BY_TEXT = "talk.has_pay_by_text"


class TextFacts(NamedTuple):
    """How many texts there are by how far they came, and in how many conversations."""

    delivered: int = 0
    non_deliverable: int = 0
    pending: int = 0
    conversations: int = 0
    held: int = 0
    with_pay_by_text: int = 0

    @property
    def attempted(self) -> int:
        return self.delivered + self.non_deliverable + self.pending

    @property
    def messages_delivered(self) -> CountTile:
        left_out = exclusions(NON_DELIVERABLE=self.non_deliverable, PENDING=self.pending)
        return CountTile(self.delivered, left_out)

    @property
    def non_deliverable_messages(self) -> CountTile:
        return CountTile(self.non_deliverable, exclusions(DELIVERED=self.delivered, PENDING=self.pending))

    @property
    def conversations_held(self) -> CountTile:
        return CountTile(self.held, exclusions(ONE_SIDED=self.conversations - self.held))

    @property
    def conversations_with_pay_by_text(self) -> CountTile:
        without = self.conversations - self.with_pay_by_text
        return CountTile(self.with_pay_by_text, exclusions(NO_PAY_BY_TEXT=without))


def text_facts_statement(scope: Scope, args: Args) -> str:
    return f"""
WITH {_stamped_talks(scope, args) if scope.is_stamped else _talks_by_days(scope, args)}
SELECT
    coalesce(sum(delivered), 0)::integer,
    coalesce(sum(non_deliverable), 0)::integer,
    coalesce(sum(pending), 0)::integer,
    count(*)::integer,
    count(*) FILTER (WHERE {IS_HELD})::integer,
    count(*) FILTER (WHERE {HAS_PAY_BY_TEXT})::integer
FROM talk
"""


_SIDES = "sum(inbound) > 0 AS has_inbound, sum(by_agents) > 0 AS has_agent"


def _talks_by_days(scope: Scope, args: Args) -> str:
    return f"""talk AS (
    SELECT
        conversation_id,
        sum(delivered) AS delivered,
        sum(non_deliverable) AS non_deliverable,
        sum(pending) AS pending,
        sum(bills) > 0 AS has_pay_by_text,
        {_SIDES}
    FROM {conversation_days(scope, args)}
    GROUP BY conversation_id
    HAVING sum(texts) > 0
)"""


def _stamped_talks(scope: Scope, args: Args) -> str:
    """Counts of what has the stamps; who said something in these conversations, whatever its stamps."""

    def count(statuses: Iterable[MessageStatus]) -> str:
        names = ", ".join(f"'{status}'" for status in statuses)
        return f"coalesce(sum(texts) FILTER (WHERE status IN ({names})), 0)"

    theirs = ["conversation_id IN (SELECT told.conversation_id FROM told)"] if has_few_stamps(scope) else []
    # First by status: so many texts are compared once. A status tells the direction, too.
    return f"""stamped AS (
    SELECT message.conversation_id, message.status, count(*) AS texts, bool_or({PAY_BY_TEXT}) AS has_bill
    FROM {stamped_texts(scope, args)}
    GROUP BY message.conversation_id, message.status
), told AS (
    SELECT
        conversation_id,
        {count(rules.DELIVERED)} AS delivered,
        {count(rules.NON_DELIVERABLE)} AS non_deliverable,
        {count(rules.PENDING)} AS pending,
        bool_or(has_bill) AS has_pay_by_text
    FROM stamped
    GROUP BY conversation_id
), side AS (
    SELECT conversation_id, {_SIDES}
    FROM {conversation_days(scope, args, *theirs)}
    GROUP BY conversation_id
), talk AS (
    SELECT * FROM told LEFT JOIN side USING (conversation_id)
)"""


async def text_facts(connection: asyncpg.Connection, scope: Scope) -> TextFacts:
    """What the texts of a scope tell."""
    args = scope.args()
    row = await connection.fetchrow(text_facts_statement(scope, args), *args)
    assert row is not None
    return TextFacts(*row)
