from tortoise import fields
from tortoise.models import Model


class ConversationTag(Model):
    """A tag on a conversation, with what an inbox sorts by."""

    tenant_id = fields.UUIDField()
    tag_id = fields.UUIDField(primary_key=True)
    conversation_id = fields.UUIDField()
    location_id = fields.UUIDField()
    status = fields.TextField()
    last_activity_at = fields.DatetimeField()

    class Meta:
        table = "conversation_tag"
