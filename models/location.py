from tortoise import fields
from tortoise.models import Model


class Location(Model):
    """A place with an inbox."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    external_id = fields.TextField(null=True)
    account_id = fields.UUIDField()
    scope_id = fields.BigIntField()
    name = fields.TextField()
    kind = fields.TextField()
    active = fields.BooleanField()
    time_zone = fields.TextField()
    auto_reply_in_hours = fields.TextField(null=True)
    auto_reply_out_of_hours = fields.TextField(null=True)
    link_domain = fields.TextField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "location"
