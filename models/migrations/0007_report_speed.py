from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from models.migrations import sql


class Migration(migrations.Migration):
    dependencies = [("models", "0006_mail")]
    operations = [RunSQL(sql("0007_report_speed.sql"))]
