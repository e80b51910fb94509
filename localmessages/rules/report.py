"""The words of the Messages Report (metrics.md)."""

from enum import StrEnum

from localmessages.rules.delivery import MessageStatus

DELIVERED = (MessageStatus.DELIVERED, MessageStatus.READ)
NON_DELIVERABLE = (MessageStatus.UNDELIVERED, MessageStatus.FAILED)
PENDING = (MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.SENT)
MOST_FILTER_IDS = 500


class ExclusionReason(StrEnum):
    """Why something is not counted."""

    PENDING = "PENDING"
    NON_DELIVERABLE = "NON_DELIVERABLE"
    DELIVERED = "DELIVERED"
    ONE_SIDED = "ONE_SIDED"
    NO_PAY_BY_TEXT = "NO_PAY_BY_TEXT"
    NOT_DELIVERED = "NOT_DELIVERED"
    REPEATED = "REPEATED"
    NOT_CLICKED = "NOT_CLICKED"
    ONLY_BOTS = "ONLY_BOTS"
    OPENED_OUT_OF_HOURS = "OPENED_OUT_OF_HOURS"
    NO_OPEN_SECONDS = "NO_OPEN_SECONDS"
    TRANSFERRED = "TRANSFERRED"
    CLOSED_UNANSWERED = "CLOSED_UNANSWERED"
    OPTED_OUT = "OPTED_OUT"
    BLOCKED = "BLOCKED"
    TOO_LATE = "TOO_LATE"


class ReportColumn(StrEnum):
    """A column of the report's table."""

    SENT_AT = "SENT_AT"
    NAME = "NAME"
    PHONE = "PHONE"
    DIRECTION = "DIRECTION"
    ORIGIN = "ORIGIN"
    STATUS = "STATUS"
    REASON = "REASON"
    BODY = "BODY"
    LINK = "LINK"
    CLICKED = "CLICKED"
    INVOICE = "INVOICE"
    PAID = "PAID"
    AMOUNT = "AMOUNT"
    CARD_TYPE = "CARD_TYPE"
    PAID_AT = "PAID_AT"
    CAMPAIGN = "CAMPAIGN"
    AGENT = "AGENT"
    LOCATION = "LOCATION"


class ReportConversationKind(StrEnum):
    """Which conversations of a report."""

    HELD = "HELD"
    WITH_PAY_BY_TEXT = "WITH_PAY_BY_TEXT"


class PayByTextStage(StrEnum):
    """How far a payment request has come."""

    REQUESTED = "REQUESTED"
    RECEIVED = "RECEIVED"
    CLICKED = "CLICKED"
    PAID = "PAID"
