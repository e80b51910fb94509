"""Sending a failed text once more."""

from uuid import UUID

import asyncpg

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.conversations import conversation_at_hand
from localmessages.actions.messages import ask_to_send, check_place, check_recipient, send_text
from localmessages.rules.delivery import MessageOrigin, is_non_deliverable
from localmessages.rules.linking import restore
from localmessages.rules.records import Conversation
from localmessages.rules.refusal import NotFound, Refused, UserErrorCode
from localmessages.services import Transaction


async def retry_message(actor: Actor, message_id: UUID, *, key: IdempotencyKey | None = None) -> Made:
    """Send the text of a failed message again, as a new message."""

    async def do(tx: Transaction) -> Made:
        # message_pkey, tracked_link_message_idx
        row = await tx.connection.fetchrow(
            """
            SELECT conversation_id, location_id, direction, origin, status, body, payment_request_id,
                ARRAY(SELECT ARRAY[slug, url] FROM tracked_link
                      WHERE tenant_id = $1 AND message_id = message.id) AS links
            FROM message
            WHERE tenant_id = $1 AND id = $2
            """,
            actor.tenant_id,
            message_id,
        )
        if row is None or not actor.viewer.sees(row["location_id"]):
            raise NotFound("message", field=["messageId"])
        async with conversation_at_hand(tx, actor, row["conversation_id"], field="messageId") as hand:
            customer, conversation = hand
            _check_retry(row)
            check_recipient(customer.contact, field="messageId")
            _check_goes_on(conversation)
            check_place(actor.place_of(conversation.location_id), field="messageId")
            bill = row["payment_request_id"]
            message = send_text(actor, customer, conversation, _body(row), payment_request_id=bill)
        await ask_to_send(tx.connection, message)
        return {"message": message.id}

    return await once(actor, key, do)


def _body(row: asyncpg.Record) -> str:
    """What was written: the new text gets short links of its own."""
    return restore(row["body"], dict(row["links"]))


def _check_retry(row: asyncpg.Record) -> None:
    if row["origin"] != MessageOrigin.AGENT or not is_non_deliverable(row["status"]):
        raise Refused(
            UserErrorCode.WRONG_STATE,
            "Only a person's text that failed or was not delivered can be sent again.",
            field=["messageId"],
        )


def _check_goes_on(conversation: Conversation) -> None:
    if not conversation.live:
        raise Refused(
            UserErrorCode.WRONG_STATE,
            "The conversation of the text is closed.",
            field=["messageId"],
            remedy="Reopen it first.",
        )
