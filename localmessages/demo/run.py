"""`localmessages demo`: API, worker and town in one process, on an installation that is ready."""

import asyncio
import logging
from contextlib import AsyncExitStack
from uuid import UUID

from graph.app import create_app
from localmessages.console import fail, out
from localmessages.demo.company import AGE, open_company
from localmessages.demo.history import load_history
from localmessages.demo.town import TEXTS_PER_MINUTE, running_town
from localmessages.demo.welcome import welcome
from localmessages.jobs.receipts import simulated_carrier
from localmessages.jobs.worker import running_worker
from localmessages.process import working
from localmessages.services import Services
from localmessages.serving import listen, running_server
from localmessages.settings import Settings
from models.migrate import migrate


async def run_demo(
    settings: Settings, *, town: bool = True, texts_per_minute: float = TEXTS_PER_MINUTE
) -> None:
    """Run until SIGINT or SIGTERM, which is how a demo ends: no error. Without `town` nobody texts."""
    if settings.production:
        fail("The demo's password is known to everybody: it does not run in production.")
    if settings.log_level.upper() == "INFO":
        # What is printed is for newcomers: the rest only if something is wrong.
        logging.getLogger().setLevel(logging.WARNING)
    try:
        with listen(settings) as door:
            settings = settings.model_copy(update={"port": door.getsockname()[1]})
            async with working(settings) as services, AsyncExitStack() as running:
                tenant_id = await _company(settings, services)
                api = await running.enter_async_context(running_server(create_app(settings), settings, door))
                carrier = simulated_carrier(services)
                await running.enter_async_context(running_worker(services, carrier, settings.database_url))
                if town:
                    await running.enter_async_context(
                        running_town(services, tenant_id, texts_per_minute=texts_per_minute)
                    )
                welcome(out, settings.url, None if settings.smtp_url else settings.mails)
                await asyncio.wait([api])
    except asyncio.CancelledError:
        out.print("Stopped.")


async def _company(settings: Settings, services: Services) -> UUID:
    """The company with its past. A database that `DATABASE_URL` names may be empty still."""
    await migrate(settings.database_url)
    company = await open_company(services)
    if company.new:
        out.print(f"Loading {AGE.days} days of texts …")
        await load_history(services)
    return company.tenant_id
