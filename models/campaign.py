from typing import Any

from tortoise import fields
from tortoise.models import Model


class Campaign(Model):
    """One text to many contacts."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    external_id = fields.TextField(null=True)
    account_id = fields.UUIDField()
    name = fields.TextField()
    status = fields.TextField()
    body = fields.TextField()
    link = fields.TextField(null=True)
    audience: fields.Field[Any] = fields.JSONField()
    scheduled_at = fields.DatetimeField(null=True)
    messages_per_minute = fields.IntField(null=True)
    by_user_id = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()
    launched_at = fields.DatetimeField(null=True)
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "campaign"
