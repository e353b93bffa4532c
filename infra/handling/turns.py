"""Turns: how much slow work of one kind runs at once, and how much more may wait for it."""

import asyncio

from contracts.envelope import DomainError, Kind
from infra.handling.service import Room
from infra.runtime.saturation import TURNS_TAKEN, TURNS_WAITING


class TooManyAtOnce(DomainError):
    """Too many of these are under way; nothing was done. Try again in a moment."""

    kind = Kind.TOO_MANY
    retry_after_seconds = 3


class Turns:
    """The places of one room; whoever waits holds nothing but his place in line."""

    def __init__(self, room: Room, lane: str) -> None:
        self._room = room
        self._shown_waiting = TURNS_WAITING.labels(lane)
        self._shown_taken = TURNS_TAKEN.labels(lane)
        self._places = asyncio.Semaphore(room.places)
        self._waiting = 0

    async def take(self) -> None:
        """Wait for a place; it is given back by `leave`.

        Raises:
            TooManyAtOnce: the room is full.
        """
        if self._room.waiting_max is not None and self._waiting >= self._room.waiting_max:
            raise TooManyAtOnce
        self._waiting += 1
        try:
            with self._shown_waiting.track_inprogress():
                await self._places.acquire()
        finally:
            self._waiting -= 1
        self._shown_taken.inc()

    def leave(self) -> None:
        self._shown_taken.dec()
        self._places.release()
