from tortoise import fields
from tortoise.models import Model


class ConsentChange(Model):
    """An entry of the consent ledger. Append-only."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    contact_id = fields.UUIDField()
    conversation_id = fields.UUIDField(null=True)
    location_id = fields.UUIDField(null=True)
    at = fields.DatetimeField()
    state = fields.TextField()
    method = fields.TextField()
    texted = fields.TextField(null=True)
    number = fields.TextField(null=True)
    by_user_id = fields.UUIDField(null=True)
    message_id = fields.UUIDField(null=True)
    cause = fields.TextField()
    cause_message_id = fields.UUIDField(null=True)
    cause_agent_id = fields.UUIDField(null=True)
    cause_campaign_id = fields.UUIDField(null=True)
    cause_payment_id = fields.UUIDField(null=True)
    version = fields.IntField(null=True)

    class Meta:
        table = "consent_change"
