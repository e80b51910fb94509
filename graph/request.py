"""What a client asks: a GraphQL request, whichever way it came."""

import re
import sys
from dataclasses import dataclass
from typing import Any

import orjson

from graph.documents import NUL_REFUSED
from graph.errors import ErrorCode, RequestRefused, bad_request, coded

_HASH = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """A document, the operation in it to run, and the values of its variables."""

    query: str
    """Empty where a name is sent instead."""
    operation_name: str | None = None
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None
    sent: int = 0
    """How many bytes it came in, where somebody sent it."""
    document_id: str | None = None
    """The id of a trusted document."""
    persisted: str | None = None
    """The hash of a document that was sent before, or is to be kept (automatic persisted queries)."""

    @classmethod
    def of(cls, parameters: object, sent: int = 0) -> "GraphQLRequest":
        """The request in decoded JSON; `RequestRefused` unless its members have the types of the protocol."""
        if isinstance(parameters, list):
            raise bad_request("Batches are not taken. Send one request at a time.")
        if not isinstance(parameters, dict):
            raise bad_request("A request is a JSON object with a `query`.")
        extensions = _map(parameters, "extensions")
        query, document_id, persisted = _document(parameters, extensions)
        operation_name = parameters.get("operationName")
        if not isinstance(operation_name, str | None):
            raise bad_request("`operationName` must be a string or null.")
        # Thousands of sockets send the same document, and hold it for as long as they watch.
        query = sys.intern(query)
        variables = _map(parameters, "variables")
        return cls(query, operation_name, variables, extensions, sent, document_id, persisted)


def _document(
    parameters: dict[str, Any], extensions: dict[str, Any] | None
) -> tuple[str, str | None, str | None]:
    """The text of the document, or its id, or the hash by which it is kept."""
    query, document_id = parameters.get("query"), parameters.get("documentId")
    persisted = _hash(extensions)
    if document_id is not None:
        if not isinstance(document_id, str):
            raise bad_request("`documentId` must be a string.")
        if query is not None:
            raise bad_request("Send a `query` or a `documentId`, not both.")
    if query is None and (document_id is not None or persisted is not None):
        return "", document_id, persisted
    if not isinstance(query, str):
        raise bad_request("`query` must be a string with a GraphQL document.")
    return query, document_id, persisted


def _map(parameters: dict[str, Any], name: str) -> dict[str, Any] | None:
    value = parameters.get(name)
    if not isinstance(value, dict | None):
        raise bad_request(f"`{name}` must be an object or null.")
    return value


def _hash(extensions: dict[str, Any] | None) -> str | None:
    match (extensions or {}).get("persistedQuery"):
        case None:
            return None
        case {"version": 1, "sha256Hash": str(found)} if _HASH.fullmatch(found):
            return found
    raise bad_request("`extensions.persistedQuery` needs `version` 1 and a `sha256Hash` in hex.")


def from_json(body: bytes) -> GraphQLRequest:
    """The request in the body of a POST."""
    request = GraphQLRequest.of(decoded(body, "The body"), len(body))
    # In JSON the character can only be escaped, so this finds it without a look at every value.
    if b"\\u0000" in body:
        refuse_nul(request.variables)
    return request


def from_query(parameters: dict[str, str]) -> GraphQLRequest:
    """The request in the query string of a GET, where objects are JSON inside."""
    decoded_parameters: dict[str, Any] = dict(parameters)
    for name in ("variables", "extensions"):
        if text := parameters.get(name):
            decoded_parameters[name] = decoded(text.encode(errors="surrogatepass"), f"`{name}`")
        else:
            decoded_parameters.pop(name, None)
    request = GraphQLRequest.of(decoded_parameters, sum(map(len, parameters.values())))
    refuse_nul(request.variables)
    return request


def decoded(data: bytes, what: str) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise bad_request(f"{what} is not JSON in UTF-8: {error}.") from error


def refuse_nul(value: object) -> None:
    """Refuse values that hold U+0000, in keys too; no column can keep it."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text if "\0" in text:
                raise RequestRefused([coded(ErrorCode.BAD_USER_INPUT, NUL_REFUSED)])
            case list() as items:
                waiting.extend(items)
            case dict() as members:
                waiting.extend(members)
                waiting.extend(members.values())
