from collections.abc import Sequence


class ServerStartError(Exception):
    """A server that cannot start: which one, why, its last log lines, and what to do."""

    def __init__(self, server: str, why: str, remedy: str, log: Sequence[str] = ()) -> None:
        self.server, self.why, self.remedy, self.log = server, why, remedy, tuple(log)
        lines = [f"{server} cannot start: {why}", *(f"    {line}" for line in self.log), remedy]
        super().__init__("\n".join(lines))
