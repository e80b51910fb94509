"""`/exports/{id}`: a finished file, for whoever has its signed address."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import BinaryIO
from unicodedata import normalize
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from localmessages.gateways.storage import FileMissing
from localmessages.reports.exports.address import ends_at, export_in, is_ours
from localmessages.reports.exports.rows import ExportRow, finished_export
from localmessages.rules.exports import ExportFormat
from localmessages.services import Services

_PART = 1 << 18
_LONGEST_NAME = 120
# What some file system or shell takes for something else than a part of a name.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"\'<>:/\\|?*`$;%&]+')
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


def export_route() -> BaseRoute:
    """The files of exports."""
    return Route("/exports/{id}", get_export, methods=["GET", "HEAD"])


async def get_export(request: Request) -> Response:
    """The file: 403 for an address that is not ours, 410 when its time is over, 404 when it is gone."""
    services: Services = request.app.state.services
    slug, until = request.path_params["id"], request.query_params.get("until", "")
    if not is_ours(services.secret, slug, until, request.query_params.get("signature", "")):
        return _no(403, "This address is not complete. Take it from the mail or the list of exports again.")
    if ends_at(until) <= services.clock():
        return _no(410, "This file has expired. Ask for it again.")
    export = await _finished(services, slug)
    if export is None or export.storage_key is None:
        return _no(404, "There is no such file.")
    try:
        file, size = await asyncio.to_thread(_opened, services, export.storage_key)
    except FileMissing:
        return _no(404, "There is no such file.")
    headers = _headers(export, size)
    if request.method == "HEAD":
        file.close()
        return Response(headers=headers)
    return StreamingResponse(_parts(file), headers=headers)


async def _finished(services: Services, slug: str) -> ExportRow | None:
    found = export_in(slug)
    if found is None:
        return None
    async with services.database.connection() as connection:
        return await finished_export(connection, *found)


async def _parts(file: BinaryIO) -> AsyncIterator[bytes]:
    try:
        while part := await asyncio.to_thread(file.read, _PART):
            yield part
    finally:
        file.close()


def _opened(services: Services, key: str) -> tuple[BinaryIO, int]:
    file = services.storage.open(key)
    # Of this very file: another may take its place meanwhile.
    size = file.seek(0, 2)
    file.seek(0)
    return file, size


def _headers(export: ExportRow, size: int) -> dict[str, str]:
    kind = ExportFormat(export.format)
    return {
        **_HEADERS,
        "Content-Type": kind.content_type,
        "Content-Length": str(size),
        "Content-Disposition": disposition(export.title, kind.ending),
        "Accept-Ranges": "none",
    }


def disposition(title: str, ending: str) -> str:
    """To be saved, under a name that is one on every system; the plain one is for old programs."""
    name = _safe(title)
    # Without accents, and a dash for a longer one.
    plain = _safe(normalize("NFKD", name.replace("–", "-")).encode("ascii", "ignore").decode())
    return f"attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{quote(f'{name}.{ending}', safe='')}"


def _safe(name: str) -> str:
    words = " ".join(_UNSAFE.sub(" ", name).split())
    return words[:_LONGEST_NAME].strip(" .") or "Export"


def _no(status: int, sentence: str) -> Response:
    return PlainTextResponse(f"{sentence}\n", status, _HEADERS)
