"""Headers that tell browsers what they must not do with our answers."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Two years, what browsers ask of a site that means it.
_HTTPS_ONLY = "max-age=63072000; includeSubDomains"
_FEATURES = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
Headers = dict[str, str]


def policy(**sources: str) -> str:
    """A Content-Security-Policy under which nothing is loaded, sent or framed but what is named.

    `policy(script_src="'self'", style_src=f"'self' 'nonce-{nonce}'")` is that of a page with a style.
    """
    strict = dict.fromkeys(("default_src", "base_uri", "form_action", "frame_ancestors"), "'none'")
    return "; ".join(f"{name.replace('_', '-')} {value}" for name, value in {**strict, **sources}.items())


def safe_headers(*, https: bool, shared: bool = False) -> Headers:
    """What every answer has that says nothing else. `shared`: front ends elsewhere may load our files."""
    headers = {
        "content-security-policy": policy(),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "cross-origin" if shared else "same-origin",
        "permissions-policy": _FEATURES,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
    }
    return headers | {"strict-transport-security": _HTTPS_ONLY} if https else headers


class SecurityHeaders:
    """Gives the answers of an application these headers, unless they have others by the same names."""

    def __init__(self, app: ASGIApp, headers: Headers) -> None:
        self._app = app
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                added = [each for each in self._headers if each[0] not in given]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        await self._app(scope, receive, guarded)
