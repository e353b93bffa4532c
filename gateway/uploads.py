"""How many files one gateway process takes at once: each of them is held in memory."""

from collections.abc import Iterator
from contextlib import contextmanager

from gateway.problems import Problem

UPLOADS_MAX = 32


class Uploads:
    """The files that are under way, from their first byte to their answer."""

    def __init__(self, uploads_max: int = UPLOADS_MAX) -> None:
        self._left = uploads_max

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Take one more.

        Raises:
            Problem: 503, there are too many.
        """
        if not self._left:
            raise Problem(503, "unavailable", "Too many files are under way; nothing was done.")
        self._left -= 1
        try:
            yield
        finally:
            self._left += 1
