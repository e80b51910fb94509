"""Files that people ask for."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from models.migrations import sql


class Migration(migrations.Migration):
    dependencies = [("models", "0004_report")]
    operations = [RunSQL(sql("0005_exports.sql"))]
