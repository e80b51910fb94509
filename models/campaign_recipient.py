from tortoise import fields
from tortoise.models import Model


class CampaignRecipient(Model):
    """One number of a campaign's audience: texted, or left out and why."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    campaign_id = fields.UUIDField()
    contact_id = fields.UUIDField(null=True)
    phone = fields.TextField()
    body = fields.TextField(null=True)
    exclusion = fields.TextField(null=True)
    message_id = fields.UUIDField(null=True)

    class Meta:
        table = "campaign_recipient"
