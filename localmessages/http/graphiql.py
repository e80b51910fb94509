"""GraphiQL for a browser: the page that `make web` built, or one that says how to build it."""

from html import escape
from pathlib import Path

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from localmessages.http.security import policy

# The editor writes style elements as it goes; everything else comes from files of our own.
_POLICY = policy(
    script_src="'self'",
    worker_src="'self'",
    style_src="'self' 'unsafe-inline'",
    font_src="'self'",
    img_src="'self' data:",
    connect_src="'self'",
    form_action="'self'",
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_NOT_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>LocalMessages · GraphiQL is not built</title>
<style>body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 44em; margin: 4em auto }}</style>
<h1>GraphiQL is not built</h1>
<p>Run <code>make web</code> in the project’s folder and load this page again.</p>
<p>The API itself answers without it, at <code>{endpoint}</code>:</p>
<pre>curl {endpoint} -H 'content-type: application/json' -d '{{"query": "{{ __typename }}"}}'</pre>
</html>
"""


def graphiql_mount(dist: Path, *, endpoint: str = "/graphql") -> BaseRoute:
    """`/graphiql/`, out of the folder that the build filled; it may be built while the server runs.

    The built page asks at `/graphql` of its own host; `endpoint` is what the page without a build shows.
    """

    async def page(request: Request) -> Response:
        index = dist / "index.html"
        if index.is_file():
            return FileResponse(index, headers={**_HEADERS, "Cache-Control": "no-cache"})
        url = str(request.url.replace(path=endpoint, query=""))
        return HTMLResponse(_NOT_BUILT.format(endpoint=escape(url)), status_code=503, headers=_HEADERS)

    routes = [Route("/", page), Mount("/assets", _Assets(directory=dist / "assets", check_dir=False))]
    return Mount("/graphiql", routes=routes, middleware=[Middleware(GZipMiddleware, compresslevel=5)])


class _Assets(StaticFiles):
    """Files whose names hold a hash of what is in them: never the same name for something else."""

    async def check_config(self) -> None:
        """No folder yet is no mistake: its files are not found, until they are built."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(_HEADERS)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
