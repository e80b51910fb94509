from tortoise import fields
from tortoise.models import Model


class Note(Model):
    """An internal note: never sent."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    conversation_id = fields.UUIDField()
    at = fields.DatetimeField()
    by_user_id = fields.UUIDField(null=True)
    body = fields.TextField()
    version = fields.IntField()

    class Meta:
        table = "note"
