"""The job that reports a receipt: a simulated one when it is due, an early one once its text is known."""

from functools import partial

import structlog
from pgqueuer.errors import RetryRequested
from pgqueuer.models import Job

from localmessages.actions.delivery import report_receipt
from localmessages.actions.receipts import expect_receipts, next_look, receipt_of
from localmessages.gateways.simulated_carrier import Habits, SimulatedCarrier
from localmessages.services import Services

logger = structlog.get_logger(__name__)


def simulated_carrier(services: Services, *, seed: int = 1, habits: Habits | None = None) -> SimulatedCarrier:
    """A simulated carrier whose receipts are jobs of this installation."""
    return SimulatedCarrier(partial(expect_receipts, services), seed=seed, habits=habits)


async def run_receipt(services: Services, job: Job) -> None:
    """Report the receipt of the job; raise `RetryRequested` while its text is not known."""
    receipt = receipt_of(job.payload or b"{}")
    if await report_receipt(services, receipt):
        return
    delay = next_look(job.attempts + 1)
    if delay is not None:
        raise RetryRequested(delay, reason="no text is known by that id")
    logger.warning("receipts.unknown_text", external_id=receipt.external_id, status=receipt.status)
