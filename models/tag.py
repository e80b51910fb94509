from tortoise import fields
from tortoise.models import Model


class Tag(Model):
    """A label for conversations, the tenant's."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    external_id = fields.TextField(null=True)
    name = fields.TextField()
    color = fields.TextField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "tag"
