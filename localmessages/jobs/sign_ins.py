"""Jobs about who might have an address: whoever asked has their answer, and cannot measure what is found."""

from datetime import datetime

import orjson
from pgqueuer.models import Job

from localmessages.actions.password_reset import send_password_reset
from localmessages.actions.sessions import Device
from localmessages.actions.signing_in import audit_refusal
from localmessages.services import Services


async def run_password_reset(services: Services, job: Job) -> None:
    """Write the mail with the link, for somebody; nothing for nobody."""
    given = orjson.loads(job.payload or b"{}")
    await send_password_reset(services, given["email"], Device(given["address"]))


async def run_sign_in_refused(services: Services, job: Job) -> None:
    """Note in the audit log of whose address it is that somebody tried to sign in; nothing for nobody."""
    given = orjson.loads(job.payload or b"{}")
    at = datetime.fromisoformat(given["at"])
    await audit_refusal(services, given["email"], Device(given["address"]), at)
