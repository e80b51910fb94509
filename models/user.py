from tortoise import fields
from tortoise.models import Model


class User(Model):
    """A person who works here, or did."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    external_id = fields.TextField(null=True)
    name = fields.TextField()
    email = fields.TextField()
    password_hash = fields.TextField(null=True)
    status = fields.TextField()
    time_zone = fields.TextField(null=True)
    locale = fields.TextField(null=True)
    alert_texts = fields.TextField()
    alert_waiting_minutes = fields.IntField(null=True)
    alert_by_mail = fields.BooleanField()
    last_seen_at = fields.DatetimeField(null=True)
    left_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "app_user"
