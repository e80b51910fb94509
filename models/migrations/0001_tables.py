"""Every table and index."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from models.migrations import sql


class Migration(migrations.Migration):
    operations = [RunSQL(sql("0001_tables.sql"))]
