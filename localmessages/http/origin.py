"""Whether a page of another site asks: browsers send our cookies with what it asks for."""

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

# What a browser says of a request that no other site's page has a part in.
_OWN = ("same-origin", "none")


def is_foreign(headers: Mapping[str, str], own_url: str, allowed: Collection[str] = ()) -> bool:
    """Whether a page that is not ours makes the request, so that cookies say nothing of what its user wants.

    `own_url` is where our pages are, `allowed` the origins of front ends elsewhere that count as ours.
    Programs send neither `Origin` nor `Sec-Fetch-Site`.
    """
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "none").strip().lower() not in _OWN
    if origin in allowed:
        return False
    page, own = urlsplit(origin), urlsplit(own_url)
    if (page.scheme, page.netloc) == (own.scheme, own.netloc):
        return False
    # Reached by another name than the public one, such as an address of a test installation.
    return page.netloc != headers.get("host")
