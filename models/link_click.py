from tortoise import fields
from tortoise.models import Model


class LinkClick(Model):
    """One visit of a short link."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    link_id = fields.UUIDField()
    at = fields.DatetimeField()
    bot = fields.BooleanField()
    user_agent = fields.TextField(null=True)
    method = fields.TextField()

    class Meta:
        table = "link_click"
