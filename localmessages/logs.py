"""One log for everything: lines for people in development, JSON in production."""

import logging
import re
import sys
from typing import cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# Below these levels they tell what goes over their connections: addresses with keys, tokens, texts, jobs.
_TALKATIVE = {
    **dict.fromkeys(
        ("aiosmtplib", "asyncio", "asyncpg", "multipart", "pgqueuer", "redis", "uvicorn"), "INFO"
    ),
    **dict.fromkeys(("httpcore", "httpx", "tortoise", "uvicorn.access", "websockets"), "WARNING"),
}
_NAMED = (
    "signature|token|password|passphrase|secret|authorization|cookie|refreshToken|newPassword|currentPassword"
)
# Nobody means to log these; whoever does, in the text of an error, logs that they were there.
_SECRETS = (
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]+", re.IGNORECASE), r"\1 …"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]+"), "…"),
    (re.compile(r"\blm_[\w-]{20,}"), "lm_…"),
    (re.compile(r"(\w://[^\s:/@]*:)[^\s@/]+@"), r"\1…@"),
    (re.compile(rf"\b({_NAMED})\b([\"\'\\]*\s*[=:]\s*[\"\'\\]*)[^\s\"\'\\&,}}]+", re.IGNORECASE), r"\1\2…"),
)


def configure_logging(level: str, *, json: bool) -> None:
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
        _without_colors,
    ]
    # Plain tracebacks: rich ones print the value of every variable, passwords and texts among them, and keep
    # the event loop from everybody for seconds.
    closing: list[Processor] = [
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    ]
    if json:
        closing = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    closing.append(cast(Processor, _without_secrets))
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *closing],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    levels = logging.getLevelNamesMapping()
    for name, least in _TALKATIVE.items():
        # Where all are as quiet they follow the root, which the demo makes quieter still.
        is_talkative = levels[least] > levels[level.upper()]
        logging.getLogger(name).setLevel(levels[least] if is_talkative else logging.NOTSET)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _without_secrets(logger: WrappedLogger, name: str, line: str) -> str:
    """Take out of a line, whatever it is about, what lets people in."""
    for pattern, instead in _SECRETS:
        line = pattern.sub(instead, line)
    return line


def _without_colors(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Leave out the second text that uvicorn adds for terminals."""
    event.pop("color_message", None)
    return event
