"""One line in the log for each message that a service has handled, whatever became of it.

It says what, for whom, how it ended and how long it took, and under which ids it can be followed;
never what was in it. Messages that are handled together are written together: at the end of the
present turn of the event loop, with one write.
"""

import logging
from collections.abc import Awaitable, Sequence
from time import perf_counter
from typing import Any

import orjson
import structlog

from contracts.topology import REFUSED
from infra.bus.wire import Delivery
from infra.handling.admission import Admitted
from infra.handling.outcomes import Answer, Done, Failed, Result
from infra.runtime.lines import LinesOfATurn

log = structlog.get_logger()


class Journal:
    """The lines of one lane."""

    def __init__(self) -> None:
        self._lines = LinesOfATurn("handled")

    async def noted(
        self,
        admitted: Sequence[tuple[Delivery, Admitted | Result]],
        handling: Awaitable[list[Result]],
    ) -> list[Result]:
        """The results, once each has its line."""
        begun_at = perf_counter()
        results = await handling
        if log.is_enabled_for(logging.INFO):
            ms = round((perf_counter() - begun_at) * 1_000, 2)
            # Asked once for all: a question to the logger costs half as much as a line.
            line_of = _full_line if log.is_enabled_for(logging.DEBUG) else _line
            self._lines.add(
                [
                    line_of(delivery, result, ms)
                    for (delivery, judged), result in zip(admitted, results, strict=True)
                    if not isinstance(judged, Done)  # what others hear of a shared carrier
                ]
            )
        return results


def _line(delivery: Delivery, result: Result, ms: float) -> dict[str, Any]:
    line = {
        "type": delivery.type,
        "outcome": _outcome(result),
        "ms": ms,
        "subject": delivery.subject.id,
        "sender": delivery.sender,
        "message_id": delivery.message_id,
        "trace_id": delivery.trace.id,
        "request_id": delivery.trace.request_id,
    }
    if isinstance(result, Answer) and result.replayed:
        line["replayed"] = True
    return line


def _full_line(delivery: Delivery, result: Result, ms: float) -> dict[str, Any]:
    """Also by what else the message is known; but no aggregate, which may be an account."""
    return _line(delivery, result, ms) | {
        "queue": delivery.queue,
        "correlation_id": delivery.correlation_id,
        "causation_id": delivery.causation_id,
        "sequence": delivery.sequence,
        "attempt": delivery.attempt,
        "deadline": delivery.deadline,
    }


def _outcome(result: Result) -> str:
    """`done`, `failed` (another line says why), or the code of a refusal."""
    if isinstance(result, Failed):
        return "failed"
    if isinstance(result, Answer) and result.type == REFUSED:
        return str(orjson.loads(result.body)["code"])
    return "done"
