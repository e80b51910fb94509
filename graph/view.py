"""GraphQL over HTTP: one route, thin, to the letter of the specification."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

import orjson
from graphql import GraphQLError, OperationType
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.types import Receive, Scope, Send

from graph.errors import ErrorCode, RequestRefused, bad_request, formatted, too_much, too_often
from graph.execution import Answer, Engine, Operation, refusal
from graph.negotiation import JSON, RESPONSE, media_type, wants_page
from graph.observing import about
from graph.persisted import Persisted
from graph.request import GraphQLRequest, from_json, from_query
from localmessages import tracing
from localmessages.http.refused import Refused
from localmessages.rates import RateLimited, Rates

ContextFor = Callable[[HTTPConnection], Awaitable[Any]]
Headers = dict[str, str]


class GraphQLView:
    """The ASGI application at `/graphql`."""

    def __init__(
        self,
        engine: Engine,
        context_for: ContextFor,
        *,
        page: str | None = None,
        rates: Rates | None = None,
        persisted: Persisted | None = None,
    ) -> None:
        """`page` is where a browser finds GraphiQL; None where the setting turns it off."""
        self._engine = engine
        self._context_for = context_for
        self._page = page
        self._rates = rates
        self._persisted = persisted or Persisted()
        self._refused = Refused()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        accept = headers.get("accept", "")
        if self._page and scope["method"] == "GET" and _is_bare(scope) and wants_page(accept):
            await RedirectResponse(self._page, 303)(scope, receive, send)
            return
        media = media_type(accept)
        cookies: list[bytes] = []
        status, answer, more = await self._answer(scope, headers, receive, media, cookies)
        if status == 429:
            more = {**more, **await self._refused.wait()}
        await _respond(send, status, answer, media or JSON, more, cookies)

    async def _answer(
        self, scope: Scope, headers: Headers, receive: Receive, media: str | None, cookies: list[bytes]
    ) -> tuple[int, Answer, Headers]:
        try:
            if media is None:
                raise bad_request(f"Answers are {RESPONSE} or {JSON}; accept one of them.", status=406)
            self._count(address=(scope.get("client") or ("",))[0])
            request = await self._request(scope, headers, receive)
        except RequestRefused as refused:
            return refused.status, refusal(refused), refused.headers
        try:
            context = await self._context_for(HTTPConnection(scope))
            self._count(viewer=getattr(context, "bearer", None))
            with tracing.span("graphql.operation"):
                answer = await self._run(scope, request, context)
            if (visit := getattr(context, "visit", None)) is not None:
                cookies += visit.cookies
            return 200, answer, {}
        except RequestRefused as refused:
            status = 200 if refused.status == 400 and media == JSON else refused.status
            return status, refusal(refused), refused.headers
        except GraphQLError as error:
            return _status_of(error), {"errors": [formatted(error)]}, {}
        except Exception as error:  # noqa: BLE001  (a bug is answered in the words of GraphQL too)
            return 500, {"errors": [formatted(GraphQLError(str(error), original_error=error))]}, {}

    async def _run(self, scope: Scope, request: GraphQLRequest, context: Any) -> Answer:
        request = await self._persisted.meant(request)
        operation = self._operation(scope["method"], request)
        await self._persisted.keep(request, shared=getattr(context, "bearer", None) is not None)
        _tell(scope, operation, context)
        return await self._engine.execute(operation, context)

    def _count(self, *, address: str | None = None, viewer: Any = None) -> None:
        if self._rates is None:
            return
        try:
            if address is not None:
                self._rates.count_address(address)
            if viewer is not None:
                self._rates.count_viewer(f"{viewer.tenant_id}/{viewer.actor_id}")
        except RateLimited as limited:
            raise too_often(limited) from None

    async def _request(self, scope: Scope, headers: Headers, receive: Receive) -> GraphQLRequest:
        if scope["method"] == "GET":
            return from_query(
                dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
            )
        if scope["method"] != "POST":
            raise bad_request(
                "Send a POST, or a GET for a query.", status=405, headers={"allow": "GET, POST"}
            )
        _check_content(headers)
        return from_json(await self._body(headers, receive))

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        limit = self._engine.limits.body_bytes
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise bad_request("The body ended early.")
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > limit:
                text = f"The body is longer than the {limit} bytes that are taken."
                value = max(size, _number(headers.get("content-length", "")))
                raise too_much(text, limit=limit, value=value, status=413)
            if not message.get("more_body"):
                return b"".join(chunks)

    def _operation(self, method: str, request: GraphQLRequest) -> Operation:
        operation = self._engine.operation(request)
        if operation.type is OperationType.SUBSCRIPTION:
            raise bad_request("Subscriptions go over the websocket at this address (graphql-transport-ws).")
        if method == "GET" and operation.type is not OperationType.QUERY:
            raise bad_request(
                "A GET may only read: send mutations by POST.", status=405, headers={"allow": "POST"}
            )
        return operation


def _tell(scope: Scope, operation: Operation, context: Any) -> None:
    """Leave for the log what ran for whom: names and ids, never a value that was sent."""
    if (told := scope.get("told")) is not None:
        told.update(about(operation, context))
        name = told["operation"]
        tracing.note(f"{operation.type.value} {name}" if name else operation.type.value, {})


def _is_bare(scope: Scope) -> bool:
    return not any(name in scope["query_string"] for name in (b"query=", b"documentId=", b"extensions="))


def _check_content(headers: Headers) -> None:
    media, _, parameters = headers.get("content-type", "").lower().partition(";")
    if media.strip() != JSON:
        raise bad_request(f"Send {JSON}.", status=415, headers={"accept-post": JSON})
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        if name.strip() == "charset" and value.strip(' "') not in ("utf-8", "utf8"):
            raise bad_request("Send JSON in UTF-8.", status=415)
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise bad_request(
            "Send the body without a content encoding.", status=415, headers={"accept-encoding": "identity"}
        )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 20 else 0


def _status_of(error: GraphQLError) -> int:
    """The status of a request that failed before it was executed, such as with an expired token."""
    codes = {
        ErrorCode.UNAUTHENTICATED.value: 401,
        ErrorCode.FORBIDDEN.value: 403,
        ErrorCode.RATE_LIMITED.value: 429,
    }
    return codes.get((error.extensions or {}).get("code", ""), 500)


async def _respond(
    send: Send, status: int, answer: Answer, media: str, more: Headers, cookies: list[bytes]
) -> None:
    body = orjson.dumps(answer)
    headers = {
        "content-type": f"{media}; charset=utf-8",
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "vary": "Accept",
        **more,
    }
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    raw += [(b"set-cookie", cookie) for cookie in cookies]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
