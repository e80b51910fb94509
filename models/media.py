from tortoise import fields
from tortoise.models import Model


class Media(Model):
    """An image or file in a message."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    message_id = fields.UUIDField()
    filename = fields.TextField(null=True)
    content_type = fields.TextField()
    bytes = fields.IntField()
    width = fields.IntField(null=True)
    height = fields.IntField(null=True)
    storage_key = fields.TextField()
    thumbnail_key = fields.TextField(null=True)

    class Meta:
        table = "media"
