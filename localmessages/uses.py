"""Sessions in use: known to the process, so that to note it is no write a request."""

from datetime import datetime
from uuid import UUID


class Uses:
    """Which sessions and API keys were seen in use in the last minute: of those nothing is to be written."""

    def __init__(self, most: int = 50_000) -> None:
        self._most = most
        self._seen: dict[UUID, int] = {}

    def is_new(self, id: UUID, now: datetime) -> bool:
        """Whether it is the first use that this process sees in this minute."""
        minute = int(now.timestamp()) // 60
        if self._seen.get(id) == minute:
            return False
        if len(self._seen) >= self._most:
            self._seen.clear()
        self._seen[id] = minute
        return True
