from tortoise import fields
from tortoise.models import Model


class TrackedLink(Model):
    """A short link in one message."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    message_id = fields.UUIDField()
    position = fields.SmallIntField()
    slug = fields.TextField()
    url = fields.TextField()
    clicks = fields.IntField()
    bot_clicks = fields.IntField()
    first_clicked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "tracked_link"
