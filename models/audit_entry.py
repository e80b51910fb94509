from typing import Any

from tortoise import fields
from tortoise.models import Model


class AuditEntry(Model):
    """Who did what to which object. Append-only."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    at = fields.DatetimeField()
    action = fields.TextField()
    user_id = fields.UUIDField(null=True)
    api_key_id = fields.UUIDField(null=True)
    subject_type = fields.TextField()
    subject_id = fields.UUIDField()
    subject_name = fields.TextField()
    changes: fields.Field[Any] = fields.JSONField()
    address = fields.TextField(null=True)

    class Meta:
        table = "audit_entry"
