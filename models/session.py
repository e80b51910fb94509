from tortoise import fields
from tortoise.models import Model


class Session(Model):
    """A sign-in on one device; `generation` counts its refresh tokens."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    user_id = fields.UUIDField()
    generation = fields.IntField()
    refreshed_at = fields.DatetimeField()
    address = fields.TextField()
    user_agent = fields.TextField(null=True)
    created_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "session"
