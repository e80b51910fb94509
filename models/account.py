from tortoise import fields
from tortoise.models import Model


class Account(Model):
    """An organisation, or a part of one: a node of the tree. The root's id is the tenant of all below it."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    external_id = fields.TextField(null=True)
    parent_id = fields.UUIDField(null=True)
    name = fields.TextField()
    reopen_within_days = fields.IntField(null=True)
    old_number_replies = fields.TextField(null=True)
    transfer_notice = fields.TextField(null=True)
    campaign_opens = fields.TextField(null=True)
    campaign_closes = fields.TextField(null=True)
    auto_reply_interval_seconds = fields.IntField(null=True)
    help_reply = fields.TextField(null=True)
    opt_out_reply = fields.TextField(null=True)
    opt_in_reply = fields.TextField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "account"
