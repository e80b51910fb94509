"""The way out of a socket, for those who must not wait."""

from collections.abc import Iterable
from typing import Protocol

OUTLET = "localmessages.outlet"
"""Under which name `scope["extensions"]` has it."""


class Outlet(Protocol):
    """Text frames to one client. What is written too much for it ends its socket, and delays nobody."""

    @property
    def unsent(self) -> int:
        """The bytes that wait in this process for the client to read."""

    @property
    def is_writable(self) -> bool:
        """Whether less than 64 KiB wait; one that is not for long is given up."""

    async def drained(self) -> None:
        """Return when it is writable again, or at its end."""

    def write(self, text: bytes) -> None:
        """Send a frame, at once; nothing when the socket has ended. With too much unsent it is given up."""

    def write_all(self, texts: Iterable[bytes]) -> None:
        """Send several frames in one go, which costs little more than one."""

    def give_up(self, code: int, reason: str) -> None:
        """Close without waiting for a client that may never read."""


def frame_head(size: int) -> bytes:
    """What precedes an uncompressed text of so many bytes on its way to a client."""
    if size < 126:
        return bytes((0x81, size))
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big")
    return b"\x81\x7f" + size.to_bytes(8, "big")
