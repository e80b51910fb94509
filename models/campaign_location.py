from tortoise import fields
from tortoise.models import Model


class CampaignLocation(Model):
    """A location whose number a campaign sends from."""

    tenant_id = fields.UUIDField()
    campaign_id = fields.UUIDField()
    location_id = fields.UUIDField(primary_key=True)

    class Meta:
        table = "campaign_location"
