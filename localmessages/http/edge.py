"""What stands in front of every route: the proxy's word, the headers of answers, front ends elsewhere."""

from collections.abc import Iterable

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from localmessages.http.limited import Limited
from localmessages.http.requests import Requests
from localmessages.http.security import SecurityHeaders, safe_headers
from localmessages.rates import Rates
from localmessages.settings import Settings

# What front ends of other sites send, and may read of an answer.
_SENT = ["accept", "authorization", "content-type", "x-request-id"]
_READ = ["content-disposition", "retry-after", "x-request-id"]
# What browsers keep of a preflight at most.
_KEPT_SECONDS = 7200


def edge(settings: Settings, rates: Rates, routes: Iterable[str] = ()) -> list[Middleware]:
    """In the order in which a request meets them; `routes` are the first parts of our paths."""
    origins = settings.origins
    https = settings.url.startswith("https:")
    layers = []
    if settings.proxies:
        layers.append(Middleware(ProxyHeadersMiddleware, trusted_hosts=settings.proxies))
    layers.append(Middleware(SecurityHeaders, headers=safe_headers(https=https, shared=bool(origins))))
    layers.append(Middleware(Requests, routes=routes))
    if origins:
        layers.append(
            Middleware(
                CORSMiddleware,
                allow_origins=sorted(origins),
                allow_methods=["GET", "POST", "PUT"],
                allow_headers=_SENT,
                allow_credentials=True,
                expose_headers=_READ,
                max_age=_KEPT_SECONDS,
            )
        )
    return [*layers, Middleware(Limited, rates=rates)]
