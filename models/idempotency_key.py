from typing import Any

from tortoise import fields
from tortoise.models import Model


class IdempotencyKey(Model):
    """A key that a client gave with a mutation, and what the mutation made; kept 24 h."""

    tenant_id = fields.UUIDField()
    actor_id = fields.UUIDField(primary_key=True)
    key = fields.TextField()
    mutation = fields.TextField()
    input_hash = fields.BinaryField()
    result: fields.Field[Any] = fields.JSONField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "idempotency_key"
