"""Who is refused for asking too often is answered slowly: whoever asks again at once would be busy work."""

import asyncio
from random import uniform

# Nobody who keeps to `Retry-After` notices.
PAUSE = 1.0
MOST_WAITING = 1_000


class Refused:
    """The refused of one process, who wait for their answer."""

    def __init__(self, pause: float = PAUSE, most_waiting: int = MOST_WAITING) -> None:
        self._pause = pause
        self._most_waiting = most_waiting
        self._waiting = 0

    async def wait(self) -> dict[str, str]:
        """Return when the answer may go out, with headers for it; where too many wait, hang up instead."""
        if self._waiting >= self._most_waiting:
            return {"connection": "close"}
        self._waiting += 1
        try:
            # Those who were refused at once do not come back at once.
            await asyncio.sleep(uniform(0.5, 1.5) * self._pause)  # noqa: S311  (nobody gains by foretelling it)
        finally:
            self._waiting -= 1
        return {}
