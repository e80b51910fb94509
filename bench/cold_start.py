"""How long the demo takes to its first page when it has been started before."""

import os
import signal
import tempfile
import time

from bench import servers
from bench.figures import Figure

GOAL = 5.0
FIRST_START = 300.0


async def measure() -> list[Figure]:
    """The demo twice in a data directory of its own; the second start counts."""
    with tempfile.TemporaryDirectory(prefix="localmessages-bench-") as directory:
        # The account that the servers have under root passes through here.
        os.chmod(directory, 0o711)  # noqa: PTH101  an async function may not use a Path's methods
        first, second = await _start(directory), await _start(directory)
    measured = f"{second:.2f} s (the first start, which loads the company: {first:.1f} s)"
    return [Figure("second start of the demo → first page", measured, f"< {GOAL:g} s", second < GOAL)]


async def _start(directory: str) -> float:
    """Seconds from the command to the first answer of GraphQL; then Ctrl-C."""
    port = servers.free_port()
    command = [*servers.command_line(), "demo", "--data-dir", directory, "--port", str(port)]
    settings = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")
    }
    started = time.perf_counter()
    child = servers.Child.of(command, settings)
    try:
        page = f"http://127.0.0.1:{port}/graphql?query=%7B__typename%7D"
        await child.answers(page, FIRST_START)
        return time.perf_counter() - started
    finally:
        await child.stop(signal.SIGINT)
