from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from models.migrations import sql


class Migration(migrations.Migration):
    dependencies = [("models", "0008_payments")]
    operations = [RunSQL(sql("0009_sessions.sql"))]
