from tortoise import fields
from tortoise.models import Model


class Contact(Model):
    """A customer: one per tenant and number."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    external_id = fields.TextField(null=True)
    phone = fields.TextField()
    first_name = fields.TextField(null=True)
    last_name = fields.TextField(null=True)
    name = fields.TextField()
    opted_out_at = fields.DatetimeField(null=True)
    blocked_at = fields.DatetimeField(null=True)
    undeliverable_at = fields.DatetimeField(null=True)
    last_auto_reply_at = fields.DatetimeField(null=True)
    erased_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "contact"
