from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from models.migrations import sql


class Migration(migrations.Migration):
    dependencies = [("models", "0003_jobs")]
    operations = [RunSQL(sql("0004_report.sql"))]
