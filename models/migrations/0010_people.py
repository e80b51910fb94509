from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from models.migrations import sql


class Migration(migrations.Migration):
    dependencies = [("models", "0009_sessions")]
    operations = [RunSQL(sql("0010_people.sql"))]
