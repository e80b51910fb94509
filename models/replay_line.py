from tortoise import fields
from tortoise.models import Model


class ReplayLine(Model):
    """A replay line without an id of its own that was applied, by its content."""

    tenant_id = fields.UUIDField()
    digest = fields.BinaryField(primary_key=True)

    class Meta:
        table = "replay_line"
