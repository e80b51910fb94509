from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model


class ReportSchedule(Model):
    """When a saved report goes out by mail, and to whom."""

    tenant_id = fields.UUIDField()
    saved_report_id = fields.UUIDField(primary_key=True)
    frequency = fields.TextField()
    weekday = fields.TextField(null=True)
    day_of_month = fields.SmallIntField(null=True)
    local_time = fields.TextField()
    time_zone = fields.TextField()
    recipient_ids: fields.Field[list[UUID]] = ArrayField(element_type="uuid")
    format = fields.TextField()
    next_run_at = fields.DatetimeField()
    last_run_at = fields.DatetimeField(null=True)

    class Meta:
        table = "report_schedule"
