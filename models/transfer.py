from tortoise import fields
from tortoise.models import Model


class Transfer(Model):
    """A move of a conversation, and what an undo puts back."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    conversation_id = fields.UUIDField()
    contact_id = fields.UUIDField()
    from_location_id = fields.UUIDField()
    to_location_id = fields.UUIDField()
    at = fields.DatetimeField()
    by_user_id = fields.UUIDField(null=True)
    note = fields.TextField(null=True)
    notice_id = fields.UUIDField(null=True)
    merged_conversation_id = fields.UUIDField(null=True)
    ended_wait_id = fields.UUIDField(null=True)
    opened_wait_id = fields.UUIDField(null=True)
    adopted_wait_id = fields.UUIDField(null=True)
    adopted_chain_id = fields.UUIDField(null=True)
    former_assignee_id = fields.UUIDField(null=True)
    bulk_transfer_id = fields.UUIDField(null=True)
    undone_at = fields.DatetimeField(null=True)
    undone_by_user_id = fields.UUIDField(null=True)
    version = fields.IntField()

    class Meta:
        table = "transfer"
