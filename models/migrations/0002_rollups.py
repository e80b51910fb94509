"""Rollups of messages by hour, and the triggers that keep them exact."""

from models.migrations import sql
from tortoise import migrations
from tortoise.migrations.operations import RunSQL


class Migration(migrations.Migration):
    dependencies = [("models", "0001_tables")]
    operations = [RunSQL(sql("0002_rollups.sql"))]
