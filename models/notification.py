from tortoise import fields
from tortoise.models import Model


class Notification(Model):
    """Something that a person wanted to know."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    user_id = fields.UUIDField()
    kind = fields.TextField()
    at = fields.DatetimeField()
    title = fields.TextField()
    subject_type = fields.TextField(null=True)
    subject_id = fields.UUIDField(null=True)
    read_at = fields.DatetimeField(null=True)

    class Meta:
        table = "notification"
