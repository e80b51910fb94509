"""Notifications, mails, saved reports and their schedules."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from models.migrations import sql


class Migration(migrations.Migration):
    dependencies = [("models", "0005_exports")]
    operations = [RunSQL(sql("0006_mail.sql"))]
