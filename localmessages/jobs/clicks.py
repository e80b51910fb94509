"""The job that keeps a visit for which its customer was busy."""

from pgqueuer.models import Job

from localmessages.actions.clicks import record_visit, visit_of
from localmessages.services import Services

_PATIENCE_SECONDS = 20


async def run_click(services: Services, job: Job) -> None:
    """Keep the visit as of when it was made. Still busy, the job fails, and comes again later."""
    slug, visit, at = visit_of(job.payload or b"{}")
    await record_visit(services, slug, visit, at, patience_seconds=_PATIENCE_SECONDS)
