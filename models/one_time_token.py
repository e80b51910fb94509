from tortoise import fields
from tortoise.models import Model


class OneTimeToken(Model):
    """What the link in a mail has, as a hash."""

    tenant_id = fields.UUIDField()
    user_id = fields.UUIDField(primary_key=True)
    purpose = fields.TextField()
    token_hash = fields.BinaryField()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "one_time_token"
