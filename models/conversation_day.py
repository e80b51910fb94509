from tortoise import fields
from tortoise.models import Model


class ConversationDay(Model):
    """Messages of a conversation on one local day of a location. Readers add the deltas not folded in yet."""

    tenant_id = fields.UUIDField()
    location_id = fields.UUIDField()
    day = fields.DateField()
    conversation_id = fields.UUIDField(primary_key=True)
    contact_id = fields.UUIDField()
    texts = fields.IntField()
    inbound = fields.IntField()
    by_agents = fields.IntField()
    bills = fields.IntField()
    delivered = fields.IntField()
    non_deliverable = fields.IntField()
    pending = fields.IntField()

    class Meta:
        table = "conversation_day"
