"""Payment requests: how many came how far, what was paid, and the requests themselves."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import asyncpg

from localmessages.reports.keyset import Column, Keyset, Page, Slice
from localmessages.reports.messages_report.matching import contact_condition
from localmessages.reports.messages_report.scope import Scope
from localmessages.reports.messages_report.texts import DELIVERED, PAY_BY_TEXT
from localmessages.reports.messages_report.tiles import RateTile, exclusions
from localmessages.reports.payments import PaymentView, payments_by_id
from localmessages.reports.rows import Args
from localmessages.rules.access import Viewer
from localmessages.rules.report import PayByTextStage

LATEST_FIRST = Keyset(
    "report payment requests",
    (Column("request.at", "timestamptz", descending=True), Column("request.id", "uuid", descending=True)),
)
_PAID = "payment_request.paid_at IS NOT NULL"
_STAGES = {
    PayByTextStage.REQUESTED: "TRUE",
    PayByTextStage.RECEIVED: "request.delivered",
    PayByTextStage.CLICKED: f"request.delivered AND (request.clicked OR {_PAID})",
    PayByTextStage.PAID: f"request.delivered AND {_PAID}",
}


class CurrencyFacts(NamedTuple):
    """How far the requests in one currency came."""

    currency: str
    requests: int
    received: int
    clicked: int
    paid: int
    paid_not_delivered: int
    gross: Decimal
    refunded: Decimal


@dataclass(frozen=True, slots=True)
class PayByTextFacts:
    """How far the requests came by now; amounts are never added up over currencies."""

    by_currency: list[CurrencyFacts]

    @property
    def requests(self) -> int:
        return sum(facts.requests for facts in self.by_currency)

    @property
    def received(self) -> int:
        return sum(facts.received for facts in self.by_currency)

    @property
    def clicked(self) -> int:
        return sum(facts.clicked for facts in self.by_currency)

    @property
    def paid(self) -> int:
        return sum(facts.paid for facts in self.by_currency)

    @property
    def paid_not_delivered(self) -> int:
        return sum(facts.paid_not_delivered for facts in self.by_currency)

    @property
    def with_payments(self) -> list[CurrencyFacts]:
        """The currencies in which something was paid."""
        return [facts for facts in self.by_currency if facts.paid]

    @property
    def conversion(self) -> RateTile:
        return RateTile(self.paid, self.received, exclusions(NOT_DELIVERED=self.requests - self.received))


def requests(scope: Scope, args: Args) -> str:
    """The payment requests in accepted texts of the report, each once, however often it was texted."""
    # message_bill_idx, tracked_link_message_idx
    return f"""request AS (
    SELECT
        message.payment_request_id AS id,
        max(message.at) AS at,
        bool_or({DELIVERED}) AS delivered,
        coalesce(bool_or(tracked_link.clicks > 0), false) AS clicked
    FROM {scope.facts("message", "at", args, PAY_BY_TEXT)}
    LEFT JOIN tracked_link ON tracked_link.tenant_id = $1 AND tracked_link.message_id = message.id
    GROUP BY message.payment_request_id
)"""


def pay_by_text_statement(scope: Scope, args: Args) -> str:
    counts = ",\n    ".join(f"count(*) FILTER (WHERE {stage})::integer" for stage in _STAGES.values())
    paid = _STAGES[PayByTextStage.PAID]
    # payment_request_pkey
    return f"""
WITH {requests(scope, args)}
SELECT
    payment_request.currency,
    {counts},
    count(*) FILTER (WHERE NOT request.delivered AND {_PAID})::integer,
    coalesce(sum(payment_request.paid_amount) FILTER (WHERE {paid}), 0),
    coalesce(sum(payment_request.refunded_amount) FILTER (WHERE {paid}), 0)
FROM request
JOIN payment_request ON payment_request.tenant_id = $1 AND payment_request.id = request.id
GROUP BY payment_request.currency
ORDER BY payment_request.currency
"""


async def pay_by_text_facts(connection: asyncpg.Connection, scope: Scope) -> PayByTextFacts:
    """How far the requests of a scope came."""
    args = scope.args()
    rows = await connection.fetch(pay_by_text_statement(scope, args), *args)
    return PayByTextFacts([CurrencyFacts(*row) for row in rows])


def _chosen(scope: Scope, stage: PayByTextStage, search: str | None, args: Args) -> tuple[str, str]:
    """The CTE, and the FROM list with its conditions."""
    cte = requests(scope, args)
    matches = contact_condition(search, args, "payment_request.invoice")
    return (
        cte,
        f"""request
JOIN payment_request ON payment_request.tenant_id = $1 AND payment_request.id = request.id
JOIN contact ON contact.tenant_id = $1 AND contact.id = payment_request.contact_id
WHERE {_STAGES[stage]}
    AND {matches}""",
    )


def requests_statement(
    scope: Scope, stage: PayByTextStage, search: str | None, page: Page, args: Args
) -> str:
    """The ids of the requests, each with the instant of its latest text."""
    cte, chosen = _chosen(scope, stage, search, args)
    return f"""
WITH {cte}
SELECT request.id, request.at
FROM {chosen}
    AND {LATEST_FIRST.where(page, args)}
ORDER BY {LATEST_FIRST.order_by(page)}
LIMIT {page.limit}
"""


async def requests_page(
    connection: asyncpg.Connection,
    viewer: Viewer,
    scope: Scope,
    stage: PayByTextStage,
    search: str | None,
    page: Page,
) -> tuple[Slice[PaymentView], dict[UUID, str]]:
    """A page of the requests that came at least so far, latest text first; and the cursor of each."""
    args = scope.args()
    rows = await connection.fetch(requests_statement(scope, stage, search, page, args), *args)
    views = await payments_by_id(connection, viewer, [row["id"] for row in rows])
    cursors = {row["id"]: LATEST_FIRST.cursor(row["at"], row["id"]) for row in rows}
    return page.cut([views[row["id"]] for row in rows]), cursors


async def count_requests(
    connection: asyncpg.Connection, scope: Scope, stage: PayByTextStage, search: str | None
) -> int:
    """How many there are on all pages."""
    args = scope.args()
    cte, chosen = _chosen(scope, stage, search, args)
    return await connection.fetchval(f"WITH {cte} SELECT count(*) FROM {chosen}", *args) or 0
