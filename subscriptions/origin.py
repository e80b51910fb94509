"""Whether a page of another site opens a socket: browsers send our cookies with it."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers


def is_foreign(headers: Headers, own_url: str) -> bool:
    """Whether the handshake comes from a page that is not ours. Programs send no `Origin`."""
    origin = headers.get("origin")
    if origin is None:
        return False
    page, own = urlsplit(origin), urlsplit(own_url)
    if (page.scheme, page.netloc) == (own.scheme, own.netloc):
        return False
    # Reached by another name than the public one, such as an address of a test installation.
    return page.netloc != headers.get("host")
