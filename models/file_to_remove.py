from tortoise import fields
from tortoise.models import Model


class FileToRemove(Model):
    """A file of the storage that no row needs any more."""

    tenant_id = fields.UUIDField(primary_key=True)
    storage_key = fields.TextField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "file_to_remove"
