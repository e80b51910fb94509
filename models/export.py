from typing import Any

from tortoise import fields
from tortoise.models import Model


class Export(Model):
    """A file that somebody asked for: what it is to hold, and how far it is."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    title = fields.TextField()
    format = fields.TextField()
    source: fields.Field[Any] = fields.JSONField()
    viewer_id = fields.UUIDField()
    by_user_id = fields.UUIDField(null=True)
    saved_report_id = fields.UUIDField(null=True)
    status = fields.TextField()
    at_once = fields.BooleanField()
    attempt = fields.IntField()
    rows = fields.IntField()
    total_rows = fields.IntField(null=True)
    bytes = fields.BigIntField(null=True)
    sha256 = fields.TextField(null=True)
    storage_key = fields.TextField(null=True)
    error = fields.TextField(null=True)
    created_at = fields.DatetimeField()
    asked_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)

    class Meta:
        table = "export"
