from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from models.migrations import sql


class Migration(migrations.Migration):
    dependencies = [("models", "0007_report_speed")]
    operations = [RunSQL(sql("0008_payments.sql"))]
