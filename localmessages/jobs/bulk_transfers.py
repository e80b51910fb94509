"""The job that moves many conversations."""

from uuid import UUID

import orjson
from pgqueuer.models import Job

from localmessages.actions.bulk_transfers import transfer_next
from localmessages.services import Services


async def run_bulk_transfer(services: Services, job: Job) -> None:
    """Move one conversation after the other, from where an earlier run stopped."""
    given = orjson.loads(job.payload or b"{}")
    tenant_id, bulk_transfer_id = UUID(given["tenant"]), UUID(given["bulk_transfer"])
    while await transfer_next(services, tenant_id, bulk_transfer_id):
        pass
