"""Who may begin now, when everybody comes back at once."""

import asyncio
from types import TracebackType

MOST_AT_ONCE = 8


class Admission:
    """So many may begin at a time; the others wait in the order in which they came, however long it takes.

    Without it a thousand subscribers that come back together would wait for the connections of the pool, in
    front of the requests of all who are at work, until their patience ends.
    """

    def __init__(self, most_at_once: int = MOST_AT_ONCE) -> None:
        self._turns = asyncio.Semaphore(most_at_once)

    async def __aenter__(self) -> None:
        await self._turns.acquire()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._turns.release()
