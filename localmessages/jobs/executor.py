"""How a job is run: until it is done. What interrupts it puts it back into the queue."""

import asyncio
from datetime import timedelta

import structlog
from pgqueuer.errors import RetryRequested
from pgqueuer.executors import EntrypointExecutor
from pgqueuer.models import Context, Job

logger = structlog.get_logger(__name__)

_FIRST_PAUSE = timedelta(seconds=1)
_LONGEST_PAUSE = timedelta(minutes=5)
# Eight hours of trying: then the job is held for a person to look at, never dropped.
MOST_ATTEMPTS = 100


def pause_after(attempts: int) -> timedelta:
    """How long a job rests that failed unexpectedly, after so many attempts before."""
    return min(_FIRST_PAUSE * (1 << min(attempts, 10)), _LONGEST_PAUSE)


class Persistent(EntrypointExecutor):
    """Repeats a job that failed for a reason that it did not foresee."""

    async def execute(self, job: Job, context: Context) -> None:
        """Run it once; raise `RetryRequested` for what deserves another time."""
        try:
            await super().execute(job, context)
        except RetryRequested:
            raise
        except asyncio.CancelledError:
            # The worker stops. The library would take the job for called off, and forget it.
            raise RetryRequested(reason="the worker stopped") from None
        except Exception as error:
            logger.exception("jobs.failed", job=job.entrypoint, id=job.id, attempts=job.attempts)
            if job.attempts >= MOST_ATTEMPTS:
                raise
            raise RetryRequested(pause_after(job.attempts), reason=repr(error)) from error
