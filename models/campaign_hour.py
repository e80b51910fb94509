from tortoise import fields
from tortoise.models import Model


class CampaignHour(Model):
    """Texts of a campaign at a location in one local hour."""

    tenant_id = fields.UUIDField()
    location_id = fields.UUIDField()
    campaign_id = fields.UUIDField()
    hour = fields.DatetimeField(primary_key=True)
    accepted = fields.IntField()
    delivered = fields.IntField()
    non_deliverable = fields.IntField()
    pending = fields.IntField()

    class Meta:
        table = "campaign_hour"
