from tortoise import fields
from tortoise.models import Model


class SecondFactor(Model):
    """The secret that a person's authenticator app shares, encrypted."""

    tenant_id = fields.UUIDField()
    user_id = fields.UUIDField(primary_key=True)
    secret = fields.BinaryField()
    last_step = fields.BigIntField()
    created_at = fields.DatetimeField()
    confirmed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "second_factor"
