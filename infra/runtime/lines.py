"""Log lines of one kind, written together at the end of a turn of the event loop, with one write.

What comes together, from one carrier or out of one commit, is then a tenth of the work, and waits
for its line no longer than the turn lasts. A crash takes the lines of that turn along.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

log = structlog.get_logger()

Line = Mapping[str, Any]


class LinesOfATurn:
    """Those of one event."""

    def __init__(self, event: str) -> None:
        self._event = event
        self._lines: list[Line] = []

    def add(self, lines: Sequence[Line]) -> None:
        if lines and not self._lines:
            asyncio.get_running_loop().call_soon(self._write)
        self._lines += lines

    def _write(self) -> None:
        lines, self._lines = self._lines, []
        log.info(self._event, lines=lines)
