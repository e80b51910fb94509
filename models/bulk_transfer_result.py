from typing import Any

from tortoise import fields
from tortoise.models import Model


class BulkTransferResult(Model):
    """What became of one conversation of a bulk transfer."""

    tenant_id = fields.UUIDField()
    bulk_transfer_id = fields.UUIDField()
    position = fields.IntField(primary_key=True)
    conversation_id = fields.UUIDField()
    transfer_id = fields.UUIDField(null=True)
    refusal: fields.Field[Any] = fields.JSONField(null=True)

    class Meta:
        table = "bulk_transfer_result"
