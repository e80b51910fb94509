"""GraphQL over a websocket, as an ASGI application."""

from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from graph.execution import Engine
from subscriptions.messages import SUBPROTOCOL
from subscriptions.session import OpenContext, Session, Settings


class GraphQLSocket:
    """Serves the websockets at `/graphql`, by `graphql-transport-ws`.

    `open_context` makes the context of one operation, from the handshake and what `connection_init` says as
    `Authorization`; a `GraphQLError` of it closes the socket with 4403. It is also asked once before the
    connection is acknowledged.
    """

    def __init__(
        self,
        engine: Engine,
        open_context: OpenContext,
        *,
        init_seconds: float = 10,
        max_operations: int = 100,
        max_frame_bytes: int | None = None,
    ) -> None:
        self._settings = Settings(
            engine, open_context, init_seconds, max_operations, max_frame_bytes or engine.limits.body_bytes
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        if SUBPROTOCOL not in scope["subprotocols"]:
            # Accepted first: a handshake that is refused has no close code.
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": 4406, "reason": f"Speak {SUBPROTOCOL}."})
            return
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        await Session(self._settings, HTTPConnection(scope), receive, send).run()
