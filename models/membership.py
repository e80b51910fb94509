from tortoise import fields
from tortoise.models import Model


class Membership(Model):
    """A role of a user on an account with all below it, or at one location."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    user_id = fields.UUIDField()
    role = fields.TextField()
    account_id = fields.UUIDField(null=True)
    location_id = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "membership"
