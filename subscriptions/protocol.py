"""GraphQL over a websocket, as an ASGI application."""

from collections.abc import Collection

from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from graph.execution import Engine
from graph.persisted import Persisted
from localmessages.rates import RateLimited, Rates
from subscriptions.admission import Admission
from subscriptions.limits import SocketLimits
from subscriptions.messages import SUBPROTOCOL
from subscriptions.operations import OpenContext, Settings
from subscriptions.session import Session
from subscriptions.sockets import Sockets


class GraphQLSocket:
    """Serves the websockets at `/graphql`, by `graphql-transport-ws`.

    `open_context` makes the context of one operation, from the handshake and what `connection_init` says as
    `Authorization`; a `GraphQLError` of it closes the socket with 4403. It is also asked once before the
    connection is acknowledged. `url` is where the pages are whose cookies count.
    """

    def __init__(
        self,
        engine: Engine,
        open_context: OpenContext,
        *,
        limits: SocketLimits | None = None,
        sockets: Sockets | None = None,
        admission: Admission | None = None,
        url: str = "",
        origins: Collection[str] = (),
        rates: Rates | None = None,
        persisted: Persisted | None = None,
    ) -> None:
        limits = limits or SocketLimits()
        self._settings = Settings(
            engine,
            open_context,
            limits,
            Sockets(limits.sockets) if sockets is None else sockets,
            admission or Admission(),
            url,
            origins,
            rates,
            persisted or Persisted(),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        if SUBPROTOCOL not in scope["subprotocols"]:
            # Accepted first: a handshake that is refused has no close code.
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": 4406, "reason": f"Speak {SUBPROTOCOL}."})
            return
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        if self._settings.rates is not None:
            try:
                self._settings.rates.count_address((scope.get("client") or ("",))[0])
            except RateLimited as limited:
                await send({"type": "websocket.close", "code": 4429, "reason": str(limited)})
                return
        await Session(self._settings, HTTPConnection(scope), receive, send).run()
