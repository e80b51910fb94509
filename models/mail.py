from typing import Any

from tortoise import fields
from tortoise.models import Model


class Mail(Model):
    """A mail: the same key never makes two."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    key = fields.TextField()
    subject = fields.TextField()
    text = fields.TextField()
    html = fields.TextField(null=True)
    attachments: fields.Field[Any] = fields.JSONField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "mail"
