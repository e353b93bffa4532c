"""Logs as JSON lines, and metrics for Prometheus."""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any, TextIO, cast

import orjson
import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from infra.runtime.log_files import log_output

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

_TEXT_MAX = 2_000  # characters of one logged value


def configure_logging(process: str, level: str = "INFO") -> None:
    """JSON lines, each with the name of the process; no value exceeds 2,000 characters.

    `log.info(event, lines=[…])` writes one line for each of these mappings, all with one write:
    the second of them costs a tenth of the first.
    """

    def name_process(
        _logger: object, _name: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        return {"process": process, **event}

    output = log_output()
    shared: Sequence[structlog.typing.Processor] = (
        name_process,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    )
    structlog.configure(
        processors=[*shared, _bound_values, _rendered],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
        ),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, output)),
        cache_logger_on_first_use=True,
    )
    _configure_libraries(shared, cast(TextIO, output))


def _configure_libraries(shared: Sequence[structlog.typing.Processor], output: TextIO) -> None:
    """What libraries have to say, from warnings up, in the same form."""
    handler = logging.StreamHandler(output)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _bound_values,
                _rendered,
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


def _rendered(_logger: object, _name: str, event: structlog.typing.EventDict) -> str:
    lines = event.pop("lines", ({},))
    return "\n".join([_json({**event, **line}) for line in lines])


def _json(line: Mapping[str, Any]) -> str:
    try:
        return orjson.dumps(line, default=repr).decode()
    except TypeError:  # half a character, or a number of more than 64 bits
        return json.dumps(line, default=repr)
