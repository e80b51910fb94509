"""A text on its way: to the carrier, and what the carrier says of it afterwards.

Each step locks the contact, lets rules/texting.py decide, and commits before anything outside is asked.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from localmessages.actions.conversations import save
from localmessages.actions.records import record_of
from localmessages.actions.store import load_dealings
from localmessages.gateways.carrier import OutboundSms, Receipt
from localmessages.rules.customer import Customer
from localmessages.rules.delivery import OPT_OUT_ERROR, MessageOrigin, MessageStatus, is_non_deliverable
from localmessages.rules.records import Contact, Message, Wait
from localmessages.rules.texting import report_status
from localmessages.services import Services, Transaction


@dataclass(frozen=True, slots=True)
class MessageAtHand:
    """A text of ours under its contact's lock."""

    tx: Transaction
    customer: Customer
    message: Message
    now: datetime

    async def report(self, status: MessageStatus, code: str | None = None, *, refused: bool = False) -> None:
        """Keep what is said of the text, and let the highest stand."""
        answered = await self._answered_waits() if is_non_deliverable(status) else []
        report_status(self.customer, self.message, status, code, self.now, answered, refused=refused)

    def name(self, external_id: str) -> None:
        """Keep the carrier's id of the text."""
        if self.message.external_id is None:
            self.message.external_id = external_id
            self.customer.touch(self.message)

    async def _answered_waits(self) -> list[Wait]:
        # wait_answer_idx
        rows = await self.tx.connection.fetch(
            "SELECT * FROM wait WHERE tenant_id = $1 AND answer_id = $2",
            self.message.tenant_id,
            self.message.id,
        )
        return [record_of(Wait, row) for row in rows]


async def take_for_sending(services: Services, tenant_id: UUID, message_id: UUID) -> OutboundSms | None:
    """The text, now SENDING, for the carrier; None when it is not to be handed over, or not any more.

    A text that is SENDING already is given out again: its worker died, and the carrier's key prevents a
    second text. One whose contact opted out since it was accepted fails as the carrier would have it fail,
    and is no Outbound Message: consent is checked at the send (messaging.md), not only at the click.
    """
    async with _at_hand(services, tenant_id, message_id=message_id) as hand:
        if hand is None or not _is_waiting(hand.message):
            return None
        if _is_unwanted(hand.customer, hand.message):
            await hand.report(MessageStatus.FAILED, OPT_OUT_ERROR, refused=True)
            return None
        if hand.message.status is MessageStatus.QUEUED:
            await hand.report(MessageStatus.SENDING)
        text = hand.message
        return OutboundSms(tenant_id, text.id, text.from_number, text.to_number, text.body)


def _is_waiting(message: Message) -> bool:
    return message.status in (MessageStatus.QUEUED, MessageStatus.SENDING) and message.external_id is None


def _is_unwanted(customer: Customer, message: Message) -> bool:
    """Whether the contact's opt-out stops the text: what the system answers passes, a notice does not."""
    if customer.contact.opted_out_at is None:
        return False
    is_notice = any(move.notice_id == message.id for move in customer.transfers)
    return is_notice or message.origin is not MessageOrigin.SYSTEM


async def handed_over(services: Services, tenant_id: UUID, message_id: UUID, external_id: str) -> None:
    """The carrier has taken the text, under its own id."""
    async with _at_hand(services, tenant_id, message_id=message_id) as hand:
        if hand is not None:
            hand.name(external_id)
            await hand.report(MessageStatus.SENT)


async def hand_over_refused(services: Services, tenant_id: UUID, message_id: UUID, code: str) -> None:
    """The carrier does not take the text: it failed, and is no Outbound Message."""
    async with _at_hand(services, tenant_id, message_id=message_id) as hand:
        if hand is not None and _is_waiting(hand.message):
            await hand.report(MessageStatus.FAILED, code, refused=True)


async def give_up(services: Services, tenant_id: UUID, message_id: UUID) -> None:
    """No attempt reached the carrier: it failed with nobody's code, which is what `unsentMessages` lists."""
    async with _at_hand(services, tenant_id, message_id=message_id) as hand:
        if hand is not None and _is_waiting(hand.message):
            await hand.report(MessageStatus.FAILED, refused=True)


async def report_receipt(services: Services, receipt: Receipt) -> bool:
    """Keep a receipt of the carrier; False when no text is known by its ids, or not yet."""
    async with _at_hand(
        services, receipt.tenant_id, message_id=receipt.message_id, external_id=receipt.external_id
    ) as hand:
        if hand is None:
            return False
        hand.name(receipt.external_id)
        await hand.report(receipt.status, receipt.code)
        return True


@asynccontextmanager
async def _at_hand(
    services: Services, tenant_id: UUID, *, message_id: UUID | None, external_id: str | None = None
) -> AsyncIterator[MessageAtHand | None]:
    """A text of ours by its id, else by the carrier's, under lock; what is reported is saved and told."""
    async with services.transaction() as tx:
        row = (
            await tx.connection.fetchrow(_LOCK_BY_ID, tenant_id, message_id)
            if message_id is not None
            else await tx.connection.fetchrow(_LOCK_BY_EXTERNAL_ID, tenant_id, external_id)
        )
        if row is None:
            yield None
            return
        catalogue = await services.catalogues.of(tx.connection, tenant_id, row["seq"])
        customer = Customer(record_of(Contact, row["contact"]), catalogue.places.__getitem__)
        await load_dealings(tx.connection, tenant_id, [customer])
        yield MessageAtHand(tx, customer, record_of(Message, row["message"]), services.clock())
        if customer.added or customer.touched:
            await save(tx, customer)


# The text is locked too, after its contact: else it would be read as it was before the wait for the lock.
_LOCK = """
SELECT contact, message, live_scope.seq
FROM message
JOIN contact ON contact.tenant_id = message.tenant_id AND contact.id = message.contact_id
JOIN live_scope ON live_scope.tenant_id = message.tenant_id AND live_scope.kind = 'TENANT'
WHERE message.tenant_id = $1 AND message.direction = 'OUTBOUND' AND {which}
FOR NO KEY UPDATE OF contact, message
"""
# message_pkey, contact_pkey, live_scope_tenant_id_kind_lane_user_id_key
_LOCK_BY_ID = _LOCK.format(which="message.id = $2")
# message_external_id_key, contact_pkey, live_scope_tenant_id_kind_lane_user_id_key
_LOCK_BY_EXTERNAL_ID = _LOCK.format(which="message.external_id = $2")
