from tortoise import fields
from tortoise.models import Model


class LiveScope(Model):
    """What events are numbered in: one of a tenant's 64 lanes, the tenant itself, or one user."""

    tenant_id = fields.UUIDField()
    id = fields.BigIntField(primary_key=True, generated=True)
    kind = fields.TextField()
    lane = fields.SmallIntField(null=True)
    user_id = fields.UUIDField(null=True)
    seq = fields.BigIntField()
    access_version = fields.BigIntField()

    class Meta:
        table = "live_scope"
