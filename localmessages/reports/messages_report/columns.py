"""The columns of the report's table: what each is sorted by, and which tables that looks into."""

from __future__ import annotations

from dataclasses import dataclass

from localmessages.reports.keyset import Column, Keyset
from localmessages.rules.delivery import MessageStatus, failure_reason
from localmessages.rules.ordering import OrderDirection
from localmessages.rules.report import ReportColumn

# As much of a text as fits into a cursor; who sorts by the rest of two long texts that begin alike?
_PREFIX = 300
# The same of bodies, of which an index has this much.
_BODY_PREFIX = 40
_KNOWN_CODES = ("30003", "30004", "30005", "30006", "21614", "30007", "30008", "21610")


def prefix(text: str) -> str:
    """As much of a text as it is sorted by."""
    return f"left({text}, {_PREFIX})"


def _status_rank() -> str:
    ranks = " ".join(f"WHEN '{status}' THEN {rank}" for rank, status in enumerate(MessageStatus))
    return f"CASE message.status {ranks} END"


def _reason() -> str:
    """The reason by name, then the code; null unless it failed."""
    named = " ".join(f"WHEN '{code}' THEN '{failure_reason(code)}'" for code in _KNOWN_CODES)
    reason = (
        f"CASE coalesce(message.failure_code, '') {named} WHEN '' THEN '{failure_reason(None)}' "
        f"ELSE '{failure_reason('another')}' END"
    )
    return (
        "CASE WHEN message.status IN ('UNDELIVERED', 'FAILED') "
        f"THEN {reason} || ' ' || coalesce(message.failure_code, '') END"
    )


CONTACT = "JOIN contact ON contact.tenant_id = $1 AND contact.id = message.contact_id"
PAYMENT = """LEFT JOIN payment_request
    ON payment_request.tenant_id = $1 AND payment_request.id = message.payment_request_id"""
# Of several links the one to the payment page, whose address ends in the key of the request.
PAY_LINK_FIRST = """tracked_link.payment_request_id IS NOT NULL
                AND right(tracked_link.url, 22)
                    = translate(encode(uuid_send(tracked_link.payment_request_id), 'base64'), '+/=', '-_')
                DESC,
            tracked_link.position"""
LINK = f"""LEFT JOIN LATERAL (
    SELECT
        (array_agg(tracked_link.url ORDER BY
            {PAY_LINK_FIRST}
        ))[1] AS url,
        bool_or(tracked_link.clicks > 0) AS clicked
    FROM tracked_link
    WHERE tracked_link.tenant_id = $1 AND tracked_link.message_id = message.id
) AS link ON true"""
CLICKED = "CASE WHEN link.url IS NOT NULL THEN link.clicked OR payment_request.paid_at IS NOT NULL END"
PAID = "CASE WHEN payment_request.id IS NOT NULL THEN payment_request.paid_at IS NOT NULL END"
_CAMPAIGN = "LEFT JOIN campaign ON campaign.tenant_id = $1 AND campaign.id = message.campaign_id"
_AGENT = "LEFT JOIN app_user ON app_user.tenant_id = $1 AND app_user.id = message.agent_id"
_LOCATION = "JOIN location ON location.tenant_id = $1 AND location.id = message.location_id"


@dataclass(frozen=True, slots=True)
class Sorting:
    """What a column is sorted by: an expression, its type, the joins that it needs."""

    sql: str
    type: str = "text"
    nullable: bool = True
    joins: tuple[str, ...] = ()


SORTINGS = {
    ReportColumn.SENT_AT: Sorting("message.at", "timestamptz", nullable=False),
    ReportColumn.NAME: Sorting(prefix("lower(contact.name)"), nullable=False, joins=(CONTACT,)),
    ReportColumn.PHONE: Sorting("contact.phone", nullable=False, joins=(CONTACT,)),
    ReportColumn.DIRECTION: Sorting("message.direction", nullable=False),
    ReportColumn.ORIGIN: Sorting("message.origin"),
    ReportColumn.STATUS: Sorting(_status_rank(), "int", nullable=False),
    ReportColumn.REASON: Sorting(_reason()),
    ReportColumn.BODY: Sorting(f"left(lower(message.body), {_BODY_PREFIX})", nullable=False),
    ReportColumn.LINK: Sorting(prefix("lower(link.url)"), joins=(LINK,)),
    ReportColumn.CLICKED: Sorting(CLICKED, "boolean", joins=(PAYMENT, LINK)),
    ReportColumn.INVOICE: Sorting(prefix("lower(payment_request.invoice)"), joins=(PAYMENT,)),
    ReportColumn.PAID: Sorting(PAID, "boolean", joins=(PAYMENT,)),
    ReportColumn.AMOUNT: Sorting("payment_request.paid_amount::float8", "float8", joins=(PAYMENT,)),
    ReportColumn.CARD_TYPE: Sorting("payment_request.card_type", joins=(PAYMENT,)),
    ReportColumn.PAID_AT: Sorting("payment_request.paid_at", "timestamptz", joins=(PAYMENT,)),
    ReportColumn.CAMPAIGN: Sorting(prefix("lower(campaign.name)"), joins=(_CAMPAIGN,)),
    ReportColumn.AGENT: Sorting(prefix("lower(app_user.name)"), joins=(_AGENT,)),
    ReportColumn.LOCATION: Sorting(prefix("lower(location.name)"), nullable=False, joins=(_LOCATION,)),
}


@dataclass(frozen=True, slots=True)
class RowOrder:
    """How rows are sorted; equal ones follow the newest first."""

    column: ReportColumn = ReportColumn.SENT_AT
    direction: OrderDirection = OrderDirection.DESC

    @property
    def by_date(self) -> bool:
        return self.column is ReportColumn.SENT_AT

    @property
    def sorting(self) -> Sorting:
        return SORTINGS[self.column]

    @property
    def kind(self) -> str:
        return f"report rows {self.column} {self.direction}"

    def keyset(self, rank: str | None = None, at: str = "message.at", id: str = "message.id") -> Keyset:
        """The order over these expressions; `rank` is the column's own unless given."""
        descending = self.direction is OrderDirection.DESC
        if self.by_date:
            return Keyset(self.kind, (Column(at, "timestamptz", descending), Column(id, "uuid", descending)))
        sorting = self.sorting
        return Keyset(
            self.kind,
            (
                Column(rank or sorting.sql, sorting.type, descending, sorting.nullable),
                Column(at, "timestamptz", descending=True),
                Column(id, "uuid", descending=True),
            ),
        )


NEWEST_FIRST = RowOrder()
