"""The tables of the job queue, as its library lays them out."""

from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment
from tortoise import migrations
from tortoise.migrations.operations import RunSQL


class Migration(migrations.Migration):
    dependencies = [("models", "0002_rollups")]
    operations = [RunSQL(QueryBuilderEnvironment().build_install_query())]
