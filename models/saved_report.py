from typing import Any

from tortoise import fields
from tortoise.models import Model


class SavedReport(Model):
    """A filter of the Messages Report with a name."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    by_user_id = fields.UUIDField()
    name = fields.TextField()
    about: fields.Field[Any] = fields.JSONField()
    out_of_hours = fields.TextField()
    shared = fields.BooleanField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "saved_report"
