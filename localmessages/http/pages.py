"""Plain pages for customers, who come from a text and want one sentence."""

from collections.abc import Mapping
from html import escape

from starlette.responses import HTMLResponse

from localmessages.http.security import policy

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": policy(style_src="'unsafe-inline'"),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
body {{ font: 1.125rem/1.5 system-ui, sans-serif; max-width: 32em; margin: 3rem auto; padding: 0 1rem }}
</style>
<main>
<h1>{title}</h1>
<p>{text}</p>
</main>
</html>
"""


def plain_page(
    title: str, text: str, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    """A heading and a paragraph; nothing is loaded, kept or indexed."""
    content = _PAGE.format(title=escape(title), text=escape(text))
    return HTMLResponse(content, status, {**_HEADERS, **(headers or {})})
