from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model


class Conversation(Model):
    """Everything said between one contact and one location."""

    tenant_id = fields.UUIDField()
    id = fields.UUIDField(primary_key=True)
    location_id = fields.UUIDField()
    contact_id = fields.UUIDField()
    status = fields.TextField()
    version = fields.IntField()
    created_at = fields.DatetimeField()
    last_activity_at = fields.DatetimeField()
    last_message_id = fields.UUIDField(null=True)
    waiting_since = fields.DatetimeField(null=True)
    answered = fields.BooleanField()
    active = fields.BooleanField()
    muted = fields.BooleanField()
    entry_count = fields.IntField()
    assignee_id = fields.UUIDField(null=True)
    tag_ids: fields.Field[list[UUID]] = ArrayField(element_type="uuid")
    snoozed_until = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)
    merged_into_id = fields.UUIDField(null=True)

    class Meta:
        table = "conversation"
