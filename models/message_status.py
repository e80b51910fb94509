from tortoise import fields
from tortoise.models import Model


class MessageStatus(Model):
    """One report of the carrier about a message, as it came in."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    message_id = fields.UUIDField()
    at = fields.DatetimeField()
    status = fields.TextField()
    failure_code = fields.TextField(null=True)
    applied = fields.BooleanField()

    class Meta:
        table = "message_status"
