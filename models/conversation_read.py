from tortoise import fields
from tortoise.models import Model


class ConversationRead(Model):
    """How much of a conversation a user has read."""

    tenant_id = fields.UUIDField()
    user_id = fields.UUIDField()
    conversation_id = fields.UUIDField(primary_key=True)
    entry_count = fields.IntField()
    at = fields.DatetimeField()

    class Meta:
        table = "conversation_read"
