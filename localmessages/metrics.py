"""What Prometheus is told: each thing once, here; whoever knows it counts it."""

from prometheus_client import Counter, Gauge, Histogram

# In seconds; the goals of most requests lie between a millisecond and a tenth of a second.
_TIMES = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_PREFIX = "localmessages"

HTTP_REQUESTS = Counter(
    "http_requests", "Answers by route and status.", ["route", "status"], namespace=_PREFIX
)
HTTP_SECONDS = Histogram(
    "http_request_seconds", "How long answers took, by route.", ["route"], namespace=_PREFIX, buckets=_TIMES
)
OPERATIONS = Counter(
    "operations",
    "Operations that ran, by name, type and outcome: ok, or the code of the first error.",
    ["operation", "type", "outcome"],
    namespace=_PREFIX,
)
OPERATION_SECONDS = Histogram(
    "operation_seconds", "How long they took.", ["operation", "type"], namespace=_PREFIX, buckets=_TIMES
)
OPERATION_SQL_SECONDS = Counter(
    "operation_sql_seconds", "Time that the database took for them.", ["operation"], namespace=_PREFIX
)
OPERATION_STATEMENTS = Counter(
    "operation_statements", "Statements that they asked.", ["operation"], namespace=_PREFIX
)
REFUSED = Counter(
    "operations_refused", "Requests that were not run, by the code of the error.", ["code"], namespace=_PREFIX
)
BUGS = Counter("bugs", "Errors that were masked; the log has each by its number.", namespace=_PREFIX)
RATE_LIMITED = Counter(
    "rate_limited", "Requests that came too often, by what was counted.", ["kind"], namespace=_PREFIX
)
STATEMENT_SECONDS = Histogram(
    "statement_seconds", "How long statements took.", namespace=_PREFIX, buckets=_TIMES
)
POOL_WAIT_SECONDS = Histogram(
    "pool_wait_seconds", "How long was waited for a connection.", namespace=_PREFIX, buckets=_TIMES
)
POOL_CONNECTIONS = Gauge(
    "pool_connections",
    "Connections of the pools, by state.",
    ["state"],
    namespace=_PREFIX,
    multiprocess_mode="livesum",
)
SOCKETS = Gauge("sockets", "Open sockets.", namespace=_PREFIX, multiprocess_mode="livesum")
SUBSCRIPTIONS = Gauge(
    "subscriptions", "Subscriptions that run.", namespace=_PREFIX, multiprocess_mode="livesum"
)
SCOPES = Gauge(
    "live_scopes", "Scopes of the log that are followed.", namespace=_PREFIX, multiprocess_mode="livesum"
)
REDIS_CONNECTED = Gauge(
    "redis_connected", "Processes that hear Redis.", namespace=_PREFIX, multiprocess_mode="livesum"
)
LAG_SECONDS = Histogram(
    "live_lag_seconds",
    "From the instant of an event to its arrival at a process that has use for it.",
    namespace=_PREFIX,
    buckets=_TIMES,
)
REPLAYS = Counter(
    "live_replays", "Looks into the log, by reason: replay or gap.", ["reason"], namespace=_PREFIX
)
REPLAYED_EVENTS = Counter("live_replayed_events", "Events that were read there.", namespace=_PREFIX)
RESYNCS = Counter(
    "live_resyncs", "Subscribers who had to begin anew, by reason.", ["reason"], namespace=_PREFIX
)
JOBS = Gauge(
    "jobs", "Jobs by kind and status.", ["kind", "status"], namespace=_PREFIX, multiprocess_mode="mostrecent"
)
JOBS_OLDEST_SECONDS = Gauge(
    "jobs_oldest_seconds",
    "How long the oldest job has been due.",
    namespace=_PREFIX,
    multiprocess_mode="mostrecent",
)
ROLLUP_DELTAS = Gauge(
    "rollup_deltas", "Counts that no rollup has yet.", namespace=_PREFIX, multiprocess_mode="mostrecent"
)
ROLLUP_DIFFERENCES = Gauge(
    "rollup_differences",
    "Hours and days in which the last nightly sample found rollups that are not what the messages say.",
    namespace=_PREFIX,
    multiprocess_mode="mostrecent",
)
ROLLUPS_VERIFIED = Gauge(
    "rollups_verified_timestamp_seconds",
    "When that was.",
    namespace=_PREFIX,
    multiprocess_mode="mostrecent",
)


class Names:
    """Which names of operations are told apart: those that come with the console, and the first few others.

    Clients choose names, and each is a series of its own.
    """

    def __init__(self, own: frozenset[str] = frozenset(), *, most: int = 100) -> None:
        self._own = own
        self._most = most
        self._others: set[str] = set()

    def of(self, name: str | None, *, known_viewer: bool) -> str:
        """What an operation is called in a metric."""
        if name is None:
            return "unnamed"
        if name in self._own or name in self._others:
            return name
        if known_viewer and len(self._others) < self._most:
            self._others.add(name)
            return name
        return "other"
