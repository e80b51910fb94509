"""Reports that go out by mail: taken when they are due, mailed when their file is there."""

from datetime import datetime
from uuid import UUID

import orjson
import structlog
from pgqueuer.models import Job

from localmessages.actions.report_mails import mail_report
from localmessages.actions.scheduled_reports import due_reports, put_off, start_report
from localmessages.services import Services

logger = structlog.get_logger(__name__)


async def start_due_reports(services: Services) -> None:
    """Begin every report that is due; one that cannot be begun keeps no other from it."""
    async with services.database.connection() as connection:
        due = await due_reports(connection, services.clock())
    for tenant_id, saved_report_id in due:
        try:
            await start_report(services, tenant_id, saved_report_id)
        except Exception:
            logger.exception("reports.failed", report=str(saved_report_id))
            await put_off(services, tenant_id, saved_report_id)


async def run_report_mail(services: Services, job: Job) -> None:
    """Write the mail of the job's report."""
    given = orjson.loads(job.payload or b"{}")
    due = datetime.fromisoformat(given["due_at"])
    await mail_report(services, UUID(given["tenant"]), UUID(given["saved_report"]), due)
