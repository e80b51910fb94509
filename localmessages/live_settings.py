"""What an installation is told of its sockets: limits, patience, the end of a process."""

from pydantic import Field
from pydantic_settings import BaseSettings


class LiveSettings(BaseSettings):
    """The part of the settings that is about what is live."""

    socket_init_seconds: float = Field(default=10, gt=0)
    """How long a new socket may take until `connection_init`."""
    socket_frame_bytes: int = Field(default=200_000, ge=1_000)
    """The longest message of a client."""
    socket_operations: int = Field(default=100, ge=1)
    """Operations on one socket at a time."""
    socket_messages: int = Field(default=1_000, ge=1)
    """Messages of one client within ten seconds."""
    sockets_per_viewer: int = Field(default=100, ge=1)
    """Of all processes together; where nobody has signed in, of one address."""
    socket_ping_seconds: float = Field(default=15, gt=0)
    socket_pong_seconds: float = Field(default=10, gt=0)
    """Who has not answered a ping after so long is gone (4499)."""
    socket_unsent_bytes: int = Field(default=1_048_576, ge=65_536)
    """Who leaves more unread is sent away (1013)."""
    socket_stalled_seconds: float = Field(default=15, gt=0)
    """So is who leaves 64 KiB unread for so long."""
    socket_compression: bool = False
    """Three times the CPU, and 34 KB a socket."""
    subscriptions_at_once: int = Field(default=8, ge=1)
    """How many subscriptions begin at a time; fewer than the pool has connections."""
    drain_notice_seconds: float = Field(default=1, ge=0)
    """Between a failing /readyz and the first socket that is closed: until the balancer has noticed."""
    drain_seconds: float = Field(default=20, ge=0)
    """Over how long the sockets are closed (1012) when a process ends."""
