from tortoise import fields
from tortoise.models import Model


class FailedAttempt(Model):
    """A try to get in that did not succeed; what was tried and from where are hashes."""

    id = fields.UUIDField(primary_key=True)
    subject = fields.BinaryField()
    address = fields.BinaryField()
    at = fields.DatetimeField()

    class Meta:
        table = "failed_attempt"
