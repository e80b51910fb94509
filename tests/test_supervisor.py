"""The supervisor beside a server that behaves badly, which a real one does only now and then."""

import asyncio

from localmessages.embedded.supervisor import supervised


class Stubborn:
    """Dead after its start, and then, while it is started again, deaf to being cancelled.

    So does redis-py, whose client swallows a cancellation that comes while it closes a connection.
    """

    name = "Stubborn"
    url = "nowhere:"

    def __init__(self) -> None:
        self.restarting = asyncio.Event()
        self.starts = 0

    def is_running(self) -> bool:
        return False

    async def ensure(self) -> None:
        self.starts += 1
        if self.starts > 1:
            self.restarting.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                return

    async def stop(self) -> None:
        pass


async def test_leaving_ends_a_watch_whose_client_swallows_the_cancellation(tmp_path):
    server = Stubborn()

    async with asyncio.timeout(20):
        async with supervised(tmp_path, [server]):
            await server.restarting.wait()

    assert server.starts == 2
