"""Which media type an answer has, by the client's `Accept` (GraphQL over HTTP)."""

from functools import lru_cache

RESPONSE = "application/graphql-response+json"
JSON = "application/json"
# In the order of our preference where a client takes both equally; who says nothing gets plain JSON.
OFFERED = (JSON, RESPONSE)


@lru_cache(256)
def media_type(accept: str) -> str | None:
    """What to answer with; None if the client takes neither."""
    best, best_quality = None, 0.0
    for offer in OFFERED:
        quality = _quality(accept, offer)
        if quality > best_quality:
            best, best_quality = offer, quality
    return best


@lru_cache(256)
def wants_page(accept: str) -> bool:
    """Whether a browser asks to be shown something."""
    return "text/html" in accept and _quality(accept, "text/html") >= max(
        _quality(accept, o) for o in OFFERED
    )


def _quality(accept: str, offer: str) -> float:
    """How much a client likes `offer`, from 0 to 1; the most specific range that covers it decides."""
    if not accept.strip():
        return 1.0
    main = offer.partition("/")[0]
    found = dict(reversed([_range(part) for part in accept.split(",") if part.strip()]))
    for range_ in (offer, f"{main}/*", "*/*"):
        if range_ in found:
            return found[range_]
    return 0.0


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (item.strip().lower() for item in part.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            return name, _number(value)
    return name, 1.0


def _number(value: str) -> float:
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
