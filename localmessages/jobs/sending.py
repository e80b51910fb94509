"""The job that hands a text to the carrier."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import structlog
from pgqueuer.errors import RetryRequested
from pgqueuer.models import Job

from localmessages.actions.delivery import give_up, hand_over_refused, handed_over, take_for_sending
from localmessages.actions.queue import SEND, enqueue
from localmessages.gateways.carrier import Accepted, Carrier, CarrierRefused, CarrierUnavailable, OutboundSms
from localmessages.jobs.pace import Pace
from localmessages.rules.delivery import is_temporary_handover_error, retry_delay
from localmessages.services import Services

logger = structlog.get_logger(__name__)

HANDOVER_SECONDS = 20
# A turn that is further away is waited for in the queue, where no worker is kept busy by it.
_LONGEST_WAIT = timedelta(seconds=1)


class Sender:
    """Hands texts to one carrier, each number at its own pace."""

    def __init__(self, services: Services, carrier: Carrier) -> None:
        self.services = services
        self.carrier = carrier
        self.pace = Pace()
        self._turns = asyncio.Lock()

    async def run(self, job: Job) -> None:
        """Hand the text of the job over, or say why not; raise `RetryRequested` for a later attempt."""
        given = orjson.loads(job.payload or b"{}")
        # A turn is taken once: attempts after the first have waited long enough.
        if job.attempts == 0 and "turn" not in given and await self._must_wait(given):
            return
        sms = await take_for_sending(self.services, UUID(given["tenant"]), UUID(given["message"]))
        if sms is not None:
            await self._hand_over(sms, job.attempts + 1)

    async def _hand_over(self, sms: OutboundSms, attempt: int) -> None:
        try:
            accepted = await self._send(sms)
        except CarrierRefused as no:
            await hand_over_refused(self.services, sms.tenant_id, sms.message_id, no.code)
        except CarrierUnavailable as away:
            delay = retry_delay(attempt) if is_temporary_handover_error(away.http_status) else None
            if delay is not None:
                raise RetryRequested(delay, reason=str(away)) from None
            logger.warning("sending.gave_up", message=sms.key, attempt=attempt, status=away.http_status)
            await give_up(self.services, sms.tenant_id, sms.message_id)
        else:
            await handed_over(self.services, sms.tenant_id, sms.message_id, accepted.external_id)

    async def _send(self, sms: OutboundSms) -> Accepted:
        try:
            async with asyncio.timeout(HANDOVER_SECONDS):
                return await self.carrier.send(sms)
        except TimeoutError:
            raise CarrierUnavailable(None) from None

    async def _must_wait(self, given: dict[str, Any]) -> bool:
        """Wait for the number's turn; True when that is so far away that another job does it then."""
        # Who came first has the first turn, whichever connection is faster.
        async with self._turns:
            wait = await self._turn(UUID(given["tenant"]), given["from"])
        if wait <= _LONGEST_WAIT:
            await asyncio.sleep(wait.total_seconds())
            return False
        async with self.services.transaction() as tx:
            await enqueue(tx.connection, SEND, given | {"turn": True}, after=wait)
        return True

    async def _turn(self, tenant_id: UUID, number: str) -> timedelta:
        async with self.services.database.connection() as connection:
            # As of any time: a pace that was changed a moment ago harms nobody.
            catalogue = await self.services.catalogues.of(connection, tenant_id, 0)
        place = catalogue.place_by_number.get(number)
        own = next((one for one in place.numbers if one.number == number), None) if place else None
        return self.pace.turn(number, own.messages_per_second) if own else timedelta(0)
