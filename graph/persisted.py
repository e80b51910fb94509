"""Documents that are asked for by name: trusted ones, and those that are kept for clients."""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import orjson

from graph.errors import ErrorCode, RequestRefused, bad_request, coded
from graph.request import GraphQLRequest

PREFIX = "sha256:"
MOST_CHARACTERS = 2_000_000
_NAMED = re.compile(r"\b(?:query|mutation|subscription)\s+(\w+)")


class Store(Protocol):
    """Where documents are kept for all processes; it forgets what it likes."""

    async def get(self, key: str) -> str | None: ...

    async def put(self, key: str, text: str) -> None: ...


class BadDocuments(ValueError):
    """The file of trusted documents is none."""


def read_documents(file: Path) -> dict[str, str]:
    """The trusted documents in a file that a build wrote: text by `sha256:…`; none without a file."""
    if not file.is_file():
        return {}
    try:
        found = orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as error:
        raise BadDocuments(f"{file} is not JSON: {error}. Build the console again.") from error
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise BadDocuments(f"{file} must be an object of documents by their ids. Build the console again.")
    return {key if ":" in key else f"{PREFIX}{key}": text for key, text in found.items()}


def operation_names(documents: Mapping[str, str]) -> frozenset[str]:
    """What the operations of some documents are called."""
    return frozenset(name for text in documents.values() for name in _NAMED.findall(text))


class Persisted:
    """What requests mean that send a name instead of a document."""

    def __init__(
        self, trusted: Mapping[str, str] | None = None, *, only: bool = False, store: Store | None = None
    ) -> None:
        """`only`: nothing is run that is not trusted. `store`: None keeps nothing for clients."""
        self._trusted = trusted or {}
        self._texts = frozenset(self._trusted.values())
        self._only = only
        self._store = store
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._characters = 0

    async def meant(self, request: GraphQLRequest) -> GraphQLRequest:
        """The request with its document; `RequestRefused` where it names none that is known, or may run."""
        if request.document_id is not None:
            return replace(request, query=self._trusted_by(request.document_id))
        key = request.persisted
        if key is None:
            self._check_trusted(request.query)
            return request
        if request.query:
            self._check_trusted(request.query)
            if hashlib.sha256(request.query.encode(errors="surrogatepass")).hexdigest() != key:
                raise bad_request("`extensions.persistedQuery.sha256Hash` is not the hash of `query`.")
            return request
        text = self._trusted.get(f"{PREFIX}{key}")
        return replace(request, query=text if text is not None else await self._kept_by(key))

    async def keep(self, request: GraphQLRequest, *, shared: bool) -> None:
        """Keep the document of a request that asked for it, now that it has proved to be valid.

        For all processes if `shared`: what strangers send stays in this one, where there is little room.
        """
        key = request.persisted
        if key is None or self._store is None or self._only or key in self._kept:
            return
        self._remember(key, request.query)
        if shared:
            await self._store.put(key, request.query)

    def _trusted_by(self, document_id: str) -> str:
        text = self._trusted.get(document_id)
        if text is None:
            text = "There is no trusted document with this id. Was the front end built for another version?"
            raise RequestRefused([coded(ErrorCode.PERSISTED_QUERY_NOT_FOUND, text)])
        return text

    def _check_trusted(self, text: str) -> None:
        if self._only and text not in self._texts:
            error = coded(ErrorCode.FORBIDDEN, "Only trusted documents are run here: send a `documentId`.")
            raise RequestRefused([error], status=403)

    async def _kept_by(self, key: str) -> str:
        text = None
        if self._store is not None and not self._only:
            text = self._kept.get(key) or await self._store.get(key)
        if text is None:
            # Clients look for these very words.
            raise RequestRefused([coded(ErrorCode.PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound")])
        self._remember(key, text)
        return text

    def _remember(self, key: str, text: str) -> None:
        if key not in self._kept:
            self._kept[key] = text
            self._characters += len(text)
        self._kept.move_to_end(key)
        while self._characters > MOST_CHARACTERS:
            self._characters -= len(self._kept.popitem(last=False)[1])
