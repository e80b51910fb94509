"""Sessions in use: known to the process, so that to note it is no write a request."""

from datetime import datetime
from uuid import UUID


class Uses:
    """Which sessions were seen in use within the last minute: of those nothing is to be written."""

    def __init__(self, most: int = 50_000) -> None:
        self._most = most
        self._seen: dict[UUID, int] = {}

    def is_new(self, session_id: UUID, now: datetime) -> bool:
        """Whether it is the first use that this process sees in this minute."""
        minute = int(now.timestamp()) // 60
        if self._seen.get(session_id) == minute:
            return False
        if len(self._seen) >= self._most:
            self._seen.clear()
        self._seen[session_id] = minute
        return True
