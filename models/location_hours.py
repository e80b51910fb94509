from typing import Any

from tortoise import fields
from tortoise.models import Model


class LocationHours(Model):
    """Business hours of a location from `effective_at` on, in the shapes of rules/hours.py."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    location_id = fields.UUIDField()
    effective_at = fields.DatetimeField()
    weekly: fields.Field[Any] = fields.JSONField(null=True)
    holidays: fields.Field[Any] = fields.JSONField()

    class Meta:
        table = "location_hours"
