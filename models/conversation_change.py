from tortoise import fields
from tortoise.models import Model


class ConversationChange(Model):
    """Something done to a conversation that is no text, note or transfer."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    conversation_id = fields.UUIDField()
    at = fields.DatetimeField()
    kind = fields.TextField()
    by_user_id = fields.UUIDField(null=True)
    assignee_id = fields.UUIDField(null=True)
    tag_id = fields.UUIDField(null=True)
    snoozed_until = fields.DatetimeField(null=True)
    merged_into_id = fields.UUIDField(null=True)
    version = fields.IntField()

    class Meta:
        table = "conversation_change"
