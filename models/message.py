from tortoise import fields
from tortoise.models import Model


class Message(Model):
    """A text, received or sent. Its location, agent, campaign and origin are stamped once (metrics.md C1)."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    conversation_id = fields.UUIDField()
    location_id = fields.UUIDField()
    contact_id = fields.UUIDField()
    at = fields.DatetimeField()
    direction = fields.TextField()
    origin = fields.TextField(null=True)
    external_id = fields.TextField(null=True)
    body = fields.TextField()
    from_number = fields.TextField()
    to_number = fields.TextField()
    received_on = fields.TextField(null=True)
    agent_id = fields.UUIDField(null=True)
    campaign_id = fields.UUIDField(null=True)
    payment_request_id = fields.UUIDField(null=True)
    status = fields.TextField()
    status_at = fields.DatetimeField()
    failure_code = fields.TextField(null=True)
    refused = fields.BooleanField()
    keyword = fields.TextField(null=True)
    eligible = fields.BooleanField()
    encoding = fields.TextField()
    segments = fields.SmallIntField()
    version = fields.IntField()

    class Meta:
        table = "message"
