from tortoise import fields
from tortoise.models import Model


class LocationNumber(Model):
    """A number of a location; position 0 is the primary one."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    location_id = fields.UUIDField()
    number = fields.TextField()
    position = fields.SmallIntField()
    messages_per_second = fields.FloatField()

    class Meta:
        table = "location_number"
