from tortoise import fields
from tortoise.models import Model


class TrackedLink(Model):
    """A short link in one message, with the stamps of that message (a trigger copies them)."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    message_id = fields.UUIDField()
    position = fields.SmallIntField()
    slug = fields.TextField()
    url = fields.TextField()
    clicks = fields.IntField()
    bot_clicks = fields.IntField()
    first_clicked_at = fields.DatetimeField(null=True)
    location_id = fields.UUIDField(null=True)
    conversation_id = fields.UUIDField(null=True)
    sent_at = fields.DatetimeField(null=True)
    agent_id = fields.UUIDField(null=True)
    campaign_id = fields.UUIDField(null=True)
    payment_request_id = fields.UUIDField(null=True)

    class Meta:
        table = "tracked_link"
