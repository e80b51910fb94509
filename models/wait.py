from tortoise import fields
from tortoise.models import Model


class Wait(Model):
    """A leg of a customer's wait (INBOUND), or a run of ours that a contact may answer (OUTBOUND)."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    kind = fields.TextField()
    chain_id = fields.UUIDField()
    conversation_id = fields.UUIDField()
    location_id = fields.UUIDField()
    contact_id = fields.UUIDField()
    started_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    outcome = fields.TextField(null=True)
    elapsed_seconds = fields.FloatField(null=True)
    open_seconds = fields.FloatField(null=True)
    opened_out_of_hours = fields.BooleanField()
    reply_undelivered = fields.BooleanField()
    agent_id = fields.UUIDField(null=True)
    campaign_id = fields.UUIDField(null=True)
    question_id = fields.UUIDField(null=True)
    answer_id = fields.UUIDField(null=True)

    class Meta:
        table = "wait"
