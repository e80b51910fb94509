from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model


class ReportRun(Model):
    """A time that a saved report was due, and what became of it."""

    tenant_id = fields.UUIDField()
    saved_report_id = fields.UUIDField()
    due_at = fields.DatetimeField(primary_key=True)
    status = fields.TextField()
    recipient_ids: fields.Field[list[UUID]] = ArrayField(element_type="uuid")
    format = fields.TextField()
    time_zone = fields.TextField()
    about: fields.Field[Any] = fields.JSONField()
    export_id = fields.UUIDField(null=True)
    mail_id = fields.UUIDField(null=True)
    started_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "report_run"
