"""A contact is erased at their request: who they are and what was said goes, what is counted stays."""

from uuid import UUID

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.audit import audit
from localmessages.actions.contacts import contact_at_hand
from localmessages.actions.removal import remove_later
from localmessages.rules.access import Role
from localmessages.rules.erasing import ERASED_NAME, check_confirmed, nobodys_number
from localmessages.rules.refusal import NotAllowed, Refused, UserErrorCode
from localmessages.services import Transaction

# What was said to and by them.
_THEIRS = "conversation_id IN (SELECT id FROM conversation WHERE tenant_id = $1 AND contact_id = $2)"
# $1 the tenant, $2 the contact, $3 the number in place of theirs. Each says by which index it finds the rows.
ERASED = {
    # conversation_contact_idx, message_conversation_idx
    "message": f"""
        UPDATE message
        SET body = '',
            from_number = CASE direction WHEN 'INBOUND' THEN $3 ELSE from_number END,
            to_number = CASE direction WHEN 'INBOUND' THEN to_number ELSE $3 END
        WHERE tenant_id = $1 AND {_THEIRS}
    """,
    # conversation_contact_idx, note_conversation_idx
    "note": f"""
        UPDATE note
        SET body = '{ERASED_NAME}'
        FROM conversation
        WHERE note.tenant_id = $1
            AND note.conversation_id = conversation.id
            AND conversation.tenant_id = $1
            AND conversation.contact_id = $2
            AND $3::text IS NOT NULL
    """,
    # transfer_contact_idx
    "transfer": """
        UPDATE transfer SET note = NULL WHERE tenant_id = $1 AND contact_id = $2 AND $3::text IS NOT NULL
    """,
    # consent_change_contact_idx
    "consent_change": """
        UPDATE consent_change
        SET texted = NULL
        WHERE tenant_id = $1 AND contact_id = $2 AND $3::text IS NOT NULL
    """,
    # conversation_contact_idx, tracked_link_conversation_idx; the address of a campaign is nobody's own.
    "tracked_link": f"""
        UPDATE tracked_link
        SET url = 'https://erased.invalid/'
        FROM message
        WHERE tracked_link.tenant_id = $1
            AND tracked_link.message_id = message.id
            AND tracked_link.campaign_id IS NULL
            AND message.tenant_id = $1
            AND message.{_THEIRS}
            AND $3::text IS NOT NULL
    """,
    # tracked_link_message_idx, link_click_link_idx
    "link_click": f"""
        UPDATE link_click
        SET user_agent = NULL
        FROM tracked_link
        JOIN message ON message.tenant_id = $1 AND message.id = tracked_link.message_id
        WHERE link_click.tenant_id = $1
            AND link_click.link_id = tracked_link.id
            AND tracked_link.tenant_id = $1
            AND message.{_THEIRS}
            AND $3::text IS NOT NULL
    """,
    # payment_request_contact_idx; the invoice is the business's, who must keep it.
    "payment_request": """
        UPDATE payment_request
        SET description = NULL
        WHERE tenant_id = $1 AND contact_id = $2 AND $3::text IS NOT NULL
    """,
    "payment_event": """
        UPDATE payment_event
        SET content = NULL
        FROM payment_request
        WHERE payment_event.tenant_id = $1
            AND payment_event.payment_request_id = payment_request.id
            AND payment_request.tenant_id = $1
            AND payment_request.contact_id = $2
            AND $3::text IS NOT NULL
    """,
    "campaign_recipient": """
        UPDATE campaign_recipient SET phone = $3, body = NULL WHERE tenant_id = $1 AND contact_id = $2
    """,
    "notification": f"""
        UPDATE notification
        SET title = '{ERASED_NAME}'
        WHERE tenant_id = $1
            AND $3::text IS NOT NULL
            AND (
                subject_id = $2
                OR subject_id IN (SELECT id FROM conversation WHERE tenant_id = $1 AND contact_id = $2)
                OR subject_id IN (SELECT id FROM message WHERE tenant_id = $1 AND {_THEIRS})
            )
    """,
    # What was made of them alone; the file goes with the expired ones.
    "export": f"""
        UPDATE export
        SET title = '{ERASED_NAME}', expires_at = least(expires_at, created_at)
        WHERE tenant_id = $1
            AND $3::text IS NOT NULL
            AND (
                source::text LIKE '%' || $2::uuid::text || '%'
                OR EXISTS (
                    SELECT FROM conversation
                    WHERE tenant_id = $1 AND contact_id = $2 AND export.source::text LIKE '%' || id || '%'
                )
            )
    """,
    "audit_entry": f"""
        UPDATE audit_entry
        SET subject_name = '{ERASED_NAME}', changes = '[]'
        WHERE tenant_id = $1
            AND $3::text IS NOT NULL
            AND subject_id IN (
                SELECT $2
                UNION ALL SELECT id FROM conversation WHERE tenant_id = $1 AND contact_id = $2
                UNION ALL SELECT id FROM message WHERE tenant_id = $1 AND {_THEIRS}
                UNION ALL SELECT id FROM transfer WHERE tenant_id = $1 AND contact_id = $2
                UNION ALL SELECT id FROM payment_request WHERE tenant_id = $1 AND contact_id = $2
                UNION ALL SELECT id FROM export WHERE tenant_id = $1 AND title = '{ERASED_NAME}'
            )
    """,
}
# What names a contact and holds nothing that they said or are called.
NOTHING_OF_THEIRS = {"conversation", "conversation_day", "message_hour_delta", "wait"}


async def erase_contact(
    actor: Actor, contact_id: UUID, confirmed: str, *, key: IdempotencyKey | None = None
) -> Made:
    """Erase one for who manages the whole account: they may have been talked to anywhere in it."""

    async def do(tx: Transaction) -> Made:
        async with contact_at_hand(tx, actor, contact_id) as customer:
            if not actor.viewer.may_on_account(Role.MANAGER, actor.tenant_id):
                raise NotAllowed("A contact is erased by who manages the whole account.", field=["contactId"])
            contact = customer.contact
            check_confirmed(contact.phone, confirmed)
            await _check_nothing_is_on_its_way(tx, actor, contact_id)
            # Nothing goes there any more, and nobody is alerted.
            contact.blocked_at = contact.blocked_at or customer.after(actor.now)
            customer.touch(contact)
            customer.tell_everywhere(customer.after(actor.now))
        await _erase(tx, actor, contact_id)
        await audit(tx, actor, "eraseContact", ("Contact", contact_id), ERASED_NAME)
        return {"contact": contact_id}

    return await once(actor, key, do)


async def _erase(tx: Transaction, actor: Actor, contact_id: UUID) -> None:
    connection, number = tx.connection, nobodys_number(contact_id)
    await connection.execute("SELECT set_config('localmessages.erasing', 'on', true)")
    files = await connection.fetch(
        f"""
        DELETE FROM media
        USING message
        WHERE media.tenant_id = $1
            AND media.message_id = message.id
            AND message.tenant_id = $1
            AND message.{_THEIRS}
        RETURNING media.storage_key, media.thumbnail_key
        """,
        actor.tenant_id,
        contact_id,
    )
    await remove_later(tx, actor.tenant_id, [key for row in files for key in row], actor.now)
    for statement in ERASED.values():
        await connection.execute(statement, actor.tenant_id, contact_id, number)
    # contact_pkey
    await connection.execute(
        """
        UPDATE contact
        SET phone = $3, first_name = $4, last_name = NULL, external_id = NULL, erased_at = $5
        WHERE tenant_id = $1 AND id = $2
        """,
        actor.tenant_id,
        contact_id,
        number,
        ERASED_NAME,
        actor.now,
    )
    await connection.execute("SELECT set_config('localmessages.erasing', '', true)")


async def _check_nothing_is_on_its_way(tx: Transaction, actor: Actor, contact_id: UUID) -> None:
    # conversation_contact_idx, message_conversation_idx
    waits = await tx.connection.fetchval(
        f"""
        SELECT EXISTS (
            SELECT FROM message
            WHERE tenant_id = $1 AND {_THEIRS} AND status IN ('QUEUED', 'SENDING')
        )
        """,
        actor.tenant_id,
        contact_id,
    )
    if waits:
        raise Refused(
            UserErrorCode.INVALID,
            "A text to the contact is on its way.",
            field=["contactId"],
            remedy="Try again in a minute.",
        )
