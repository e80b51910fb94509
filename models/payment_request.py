from tortoise import fields
from tortoise.models import Model


class PaymentRequest(Model):
    """An invoice texted for payment; its state follows from its events."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    invoice = fields.TextField()
    amount = fields.DecimalField(max_digits=14, decimal_places=3)
    currency = fields.TextField()
    description = fields.TextField(null=True)
    contact_id = fields.UUIDField()
    location_id = fields.UUIDField()
    status = fields.TextField()
    paid_at = fields.DatetimeField(null=True)
    paid_amount = fields.DecimalField(max_digits=14, decimal_places=3, null=True)
    refunded_amount = fields.DecimalField(max_digits=14, decimal_places=3)
    card_type = fields.TextField(null=True)
    by_user_id = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()
    canceled_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)

    class Meta:
        table = "payment_request"
