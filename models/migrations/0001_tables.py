"""Every table and index."""

from models.migrations import sql
from tortoise import migrations
from tortoise.migrations.operations import RunSQL


class Migration(migrations.Migration):
    operations = [RunSQL(sql("0001_tables.sql"))]
