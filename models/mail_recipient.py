from tortoise import fields
from tortoise.models import Model


class MailRecipient(Model):
    """Whom a mail goes to, and how far it is on its way there."""

    tenant_id = fields.UUIDField()
    mail_id = fields.UUIDField()
    position = fields.SmallIntField(primary_key=True)
    address = fields.TextField()
    status = fields.TextField()
    status_at = fields.DatetimeField()
    error = fields.TextField(null=True)

    class Meta:
        table = "mail_recipient"
