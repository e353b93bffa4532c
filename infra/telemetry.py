"""Logs as JSON lines, metrics for Prometheus, and the W3C trace context of messages."""

import logging
import re
import secrets
import sys

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
HANDLED = Counter(
    "bank_messages_handled", "Messages by what became of them", ["type", "outcome"],
    registry=REGISTRY,
)  # fmt: skip
BATCH = Histogram(
    "bank_batch_messages", "Messages handled in one commit", ["lane"], registry=REGISTRY,
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 1_024),
)  # fmt: skip
SECONDS = Histogram(
    "bank_batch_seconds", "Time from the first statement to the commit", ["lane"],
    registry=REGISTRY,
)  # fmt: skip
RETRIES = Counter("bank_database_retries", "Units of work run again", ["reason"], registry=REGISTRY)
PUBLISHED = Counter("bank_outbox_published", "Outbox messages confirmed", registry=REGISTRY)
OLDEST = Gauge("bank_outbox_oldest_seconds", "Age of the oldest outbox message", registry=REGISTRY)
SET_ASIDE = Counter("bank_messages_set_aside", "Sent to a dead queue", ["queue"], registry=REGISTRY)

_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$")
_TEXT_MAX = 2_000  # characters of one logged value


def configure_logging(process: str, level: str = "INFO") -> None:
    """JSON lines on standard error; each names the process, no value exceeds 2,000 characters."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _bound_values,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    _configure_libraries(process)


def _configure_libraries(process: str) -> None:
    """What libraries have to say, from warnings up, in the same form."""

    def name_process(
        _logger: object, _name: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        return {"process": process, **event}

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_logger_name,
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
                name_process,
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _bound_values,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def _bound_values(
    _logger: object, _name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    return {
        key: value[:_TEXT_MAX] if isinstance(value, str) else value for key, value in event.items()
    }


def new_traceparent() -> str:
    """A fresh W3C traceparent, not sampled."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"


def child_of(traceparent: str | None) -> str:
    """The next hop of a trace; a malformed or missing parent starts a new one."""
    match = _TRACEPARENT.match(traceparent or "")
    if not match:
        return new_traceparent()
    return f"00-{match[1]}-{secrets.token_hex(8)}-{match[3]}"


def trace_id(traceparent: str | None) -> str:
    match = _TRACEPARENT.match(traceparent or "")
    return match[1] if match else ""
