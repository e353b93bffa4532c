"""Counts of more names than can be remembered: a count-min sketch, of the same size for ever.

Each name has one place in each of four rows, found by a keyed hash, and is counted as the smallest
of its four counts. So no name is counted too low. It is counted too high only when others share all
its places, and without the key nobody can choose names that share them.
"""

import struct
from array import array
from hashlib import blake2b
from secrets import token_bytes

ROWS = 4
_PLACES = struct.Struct(f"<{ROWS}H")  # 16 bits for each place, so 65,536 counts in a row
COUNTS = 1 << 16
BYTES = ROWS * COUNTS * 4


class Sketch:
    """How often each name was seen."""

    def __init__(self) -> None:
        self._key = token_bytes(16)
        self._rows: list[array[int]] = [array("I", bytes(4 * COUNTS)) for _ in range(ROWS)]

    def add(self, name: str) -> int:
        """How often it was seen, this time included."""
        digest = blake2b(name.encode(), key=self._key, digest_size=_PLACES.size).digest()
        places = list(zip(self._rows, _PLACES.unpack(digest), strict=True))
        count: int = 1 + min(row[place] for row, place in places)
        for row, place in places:
            row[place] = max(row[place], count)
        return count
