from tortoise import fields
from tortoise.models import Model


class MessageHour(Model):
    """Messages of a location in one local hour. Readers add the deltas that are not folded in yet."""

    tenant_id = fields.UUIDField()
    location_id = fields.UUIDField()
    hour = fields.DatetimeField(primary_key=True)
    inbound = fields.IntField()
    agent = fields.IntField()
    campaign = fields.IntField()
    auto = fields.IntField()
    system = fields.IntField()
    delivered = fields.IntField()
    non_deliverable = fields.IntField()
    pending = fields.IntField()

    class Meta:
        table = "message_hour"
