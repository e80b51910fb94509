from typing import Any

from tortoise import fields
from tortoise.models import Model


class LiveEvent(Model):
    """One committed change, numbered within its scope without a gap."""

    tenant_id = fields.UUIDField()
    scope_id = fields.BigIntField()
    seq = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField()
    kind = fields.TextField()
    location_id = fields.UUIDField(null=True)
    conversation_id = fields.UUIDField(null=True)
    body: fields.Field[Any] = fields.JSONField()

    class Meta:
        table = "live_event"
