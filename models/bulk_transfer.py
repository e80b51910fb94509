from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model


class BulkTransfer(Model):
    """A transfer of up to 500 conversations, done by a worker."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    to_location_id = fields.UUIDField()
    by_user_id = fields.UUIDField(null=True)
    api_key_id = fields.UUIDField(null=True)
    status = fields.TextField()
    conversation_ids: fields.Field[list[UUID]] = ArrayField(element_type="uuid")
    note = fields.TextField(null=True)
    notify = fields.BooleanField()
    notice = fields.TextField(null=True)
    transferred = fields.IntField()
    refused = fields.IntField()
    created_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "bulk_transfer"
