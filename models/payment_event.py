from tortoise import fields
from tortoise.models import Model


class PaymentEvent(Model):
    """What a payment provider said about an invoice."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    payment_request_id = fields.UUIDField(null=True)
    invoice = fields.TextField()
    at = fields.DatetimeField()
    kind = fields.TextField()
    amount = fields.DecimalField(max_digits=14, decimal_places=3, null=True)
    card_type = fields.TextField(null=True)
    external_id = fields.TextField(null=True)
    content = fields.TextField(null=True)

    class Meta:
        table = "payment_event"
