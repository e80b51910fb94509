"""What a request says of who sends it besides its `Authorization`, and the cookies that go back with it."""

from collections.abc import Collection
from datetime import datetime
from typing import Self

from starlette.requests import HTTPConnection
from starlette.responses import Response

from localmessages.actions.sessions import Device
from localmessages.http.origin import is_foreign

SESSION_COOKIE = "localmessages_session"
REFRESH_COOKIE = "localmessages_refresh"
# They are of use there alone.
_PATH = "/graphql"


class Visit:
    """One request, or one socket, which sets no cookies."""

    def __init__(
        self,
        device: Device | None = None,
        *,
        session_cookie: str | None = None,
        refresh_cookie: str | None = None,
        sets_cookies: bool = False,
        secure: bool = False,
    ) -> None:
        self.device = device or Device()
        self.session_cookie = session_cookie
        """An access token; a page of another site has none."""
        self.refresh_cookie = refresh_cookie
        """The refresh token; a page of another site has none."""
        self._sets_cookies = sets_cookies
        self._secure = secure
        self._answer: Response | None = None

    @classmethod
    def of(cls, connection: HTTPConnection, own_url: str, origins: Collection[str] = ()) -> Self:
        """What comes with a request, or with the handshake of a socket; see `is_foreign`."""
        headers, device = connection.headers, _device(connection)
        if is_foreign(headers, own_url, origins):
            # It signs nobody in or out here either, but for what it is told in the answer.
            return cls(device)
        # Most requests have none.
        cookies = connection.cookies if "cookie" in headers else {}
        return cls(
            device,
            session_cookie=cookies.get(SESSION_COOKIE),
            refresh_cookie=cookies.get(REFRESH_COOKIE),
            sets_cookies=connection.scope["type"] == "http",
            secure=own_url.startswith("https:"),
        )

    @classmethod
    def setting(cls, connection: HTTPConnection, own_url: str) -> Self:
        """One that brings nothing, and whose answer may sign somebody in."""
        return cls(_device(connection), sets_cookies=True, secure=own_url.startswith("https:"))

    @property
    def cookies(self) -> list[bytes]:
        """The `Set-Cookie` headers of the answer."""
        headers = () if self._answer is None else self._answer.raw_headers
        return [value for name, value in headers if name == b"set-cookie"]

    def keep(
        self, token: str, token_ends: datetime, refresh: str, refresh_ends: datetime, *, now: datetime
    ) -> None:
        """Have a browser keep a session, for as long as its tokens count."""
        self._set(SESSION_COOKIE, token, int((token_ends - now).total_seconds()))
        self._set(REFRESH_COOKIE, refresh, int((refresh_ends - now).total_seconds()))

    def forget(self) -> None:
        """Have a browser forget it."""
        self.session_cookie = self.refresh_cookie = None
        self._set(SESSION_COOKIE, "", 0)
        self._set(REFRESH_COOKIE, "", 0)

    def _set(self, name: str, value: str, seconds: int) -> None:
        if self._sets_cookies:
            # Most answers set none.
            self._answer = self._answer or Response()
            self._answer.set_cookie(
                name,
                value,
                max_age=seconds,
                path=_PATH,
                secure=self._secure,
                httponly=True,
                samesite="strict",
            )


def _device(connection: HTTPConnection) -> Device:
    client = connection.client
    return Device(client.host if client else "", connection.headers.get("user-agent"))
