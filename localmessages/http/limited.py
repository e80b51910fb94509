"""How often an address may ask for what is not GraphQL."""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from localmessages.http.refused import Refused
from localmessages.rates import RateLimited, Rates

# GraphQL counts and refuses in its own words; a balancer, a scraper and a provider of ours may always ask.
_UNCOUNTED = ("/graphql", "/healthz", "/readyz", "/metrics", "/webhooks")


class Limited:
    """Around the application."""

    def __init__(self, app: ASGIApp, rates: Rates) -> None:
        self._app = app
        self._rates = rates
        self._refused = Refused()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and "/" + scope["path"].split("/", 2)[1] not in _UNCOUNTED:
            try:
                self._rates.count_address((scope.get("client") or ("",))[0])
            except RateLimited as limited:
                headers = {"retry-after": str(limited.seconds), **await self._refused.wait()}
                await PlainTextResponse(f"{limited}\n", 429, headers)(scope, receive, send)
                return
        await self._app(scope, receive, send)
