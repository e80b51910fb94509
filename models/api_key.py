from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model


class ApiKey(Model):
    """A key for a parent account's tools; only the hash of its secret is kept."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    account_id = fields.UUIDField()
    by_user_id = fields.UUIDField()
    name = fields.TextField()
    prefix = fields.TextField()
    secret_hash = fields.TextField()
    scopes: fields.Field[list[str]] = ArrayField(element_type="text")
    location_ids: fields.Field[list[UUID]] = ArrayField(element_type="uuid")
    created_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "api_key"
