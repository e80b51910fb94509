from tortoise import fields
from tortoise.models import Model


class MessageHourDelta(Model):
    """A signed change of the rollups of messages, appended by triggers on `message`."""

    id = fields.BigIntField(primary_key=True, generated=True)
    tenant_id = fields.UUIDField()
    location_id = fields.UUIDField()
    campaign_id = fields.UUIDField(null=True)
    conversation_id = fields.UUIDField()
    contact_id = fields.UUIDField()
    hour = fields.DatetimeField()
    texts = fields.IntField()
    inbound = fields.IntField()
    agent = fields.IntField()
    campaign = fields.IntField()
    auto = fields.IntField()
    system = fields.IntField()
    by_agents = fields.IntField()
    bills = fields.IntField()
    delivered = fields.IntField()
    non_deliverable = fields.IntField()
    pending = fields.IntField()

    class Meta:
        table = "message_hour_delta"
