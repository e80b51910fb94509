from tortoise import fields
from tortoise.models import Model


class RecoveryCode(Model):
    """What gets a person in without their app, once, as a hash."""

    tenant_id = fields.UUIDField()
    user_id = fields.UUIDField()
    code_hash = fields.BinaryField(primary_key=True)

    class Meta:
        table = "recovery_code"
