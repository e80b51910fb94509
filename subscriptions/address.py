"""Where Redis is: `redis://host`, or `redis+cluster://one:7000,two:7000` for a cluster."""

from urllib.parse import urlsplit, urlunsplit

CLUSTER = "+cluster"


def is_cluster(redis_url: str) -> bool:
    """Whether the address is that of a cluster."""
    return urlsplit(redis_url).scheme.endswith(CLUSTER)


def seeds(redis_url: str) -> list[str]:
    """The plain addresses of the servers that are named; those of a cluster tell of the others."""
    if not is_cluster(redis_url):
        return [redis_url]
    return [node_at(redis_url, place) for place in urlsplit(redis_url).netloc.rpartition("@")[2].split(",")]


def node_at(redis_url: str, place: str) -> str:
    """The plain address of a server at `host:port`, with the account of `redis_url`."""
    url = urlsplit(redis_url)
    account, at, _ = url.netloc.rpartition("@")
    return urlunsplit((url.scheme.removesuffix(CLUSTER), f"{account}{at}{place}", "", url.query, ""))
