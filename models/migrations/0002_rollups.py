"""Rollups of messages by hour, and the triggers that keep them exact."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from models.migrations import sql


class Migration(migrations.Migration):
    dependencies = [("models", "0001_tables")]
    operations = [RunSQL(sql("0002_rollups.sql"))]
