"""What the application asks of a telephone carrier. All carriers pass one contract test."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from localmessages.rules.delivery import MessageStatus


@dataclass(frozen=True, slots=True)
class OutboundSms:
    """A text to hand over. Its id is the idempotency key: the same one twice is one text to the customer."""

    tenant_id: UUID
    message_id: UUID
    from_number: str
    to_number: str
    body: str

    @property
    def key(self) -> str:
        """What the carrier recognises a repeated hand-over by."""
        return str(self.message_id)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier has the text; receipts will name it by `external_id`."""

    external_id: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a carrier says of a text that it has.

    `message_id` is our own id, where the carrier gives it back: then a receipt that comes before the
    hand-over is known here still finds its text.
    """

    tenant_id: UUID
    external_id: str
    status: MessageStatus
    code: str | None = None
    message_id: UUID | None = None


class CarrierRefused(Exception):
    """The carrier does not take the text, and never will; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The carrier refused the text: {code}.")
        self.code = code


class CarrierUnavailable(Exception):
    """The carrier did not answer as it should; `http_status` None is no answer at all, or none in time."""

    def __init__(self, http_status: int | None = None) -> None:
        super().__init__(f"The carrier answered {http_status or 'nothing'}.")
        self.http_status = http_status


class Carrier(Protocol):
    """Hands texts over to the telephone network."""

    @property
    def confirms_consent(self) -> bool:
        """Whether the carrier itself answers STOP and START, so that we do not."""
        ...

    async def send(self, sms: OutboundSms) -> Accepted:
        """Hand a text over, once however often it is called with it.

        Raises `CarrierRefused` for what is final, `CarrierUnavailable` for what may pass.
        """
        ...
