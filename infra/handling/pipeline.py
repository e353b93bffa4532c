"""What happens to every message between its arrival and its answer, written once.

receive → admit (known kind, allowed sender and subject, valid payload, not too late) → one
transaction for a batch: recall earlier outcomes → handlers → remember outcomes, append what leaves
→ commit → answer. A refusal undoes its own message alone. An unexpected error undoes the batch,
which is then done again one message at a time, so that only the guilty one fails.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from itertools import groupby
from time import monotonic
from typing import Any, Literal, NamedTuple, cast

import structlog

from contracts.audit import SearchAudit
from contracts.envelope import GetOutcome, Message, Query
from contracts.topology import REFUSED
from infra.bus.wire import Delivery
from infra.data.database import Connection, Pool
from infra.handling import audit, mailbox
from infra.handling.admission import Admission, Admitted, is_late
from infra.handling.approvals import Approvals
from infra.handling.audit_search import search_audit
from infra.handling.context import Ask, Asked, Context
from infra.handling.mailbox import Handled, Parcel
from infra.handling.outcomes import (
    DONE,
    REUSED,
    Answer,
    Expired,
    Failed,
    IdempotencyKeyReused,
    Result,
    again,
    answer_of,
    fingerprint_of,
    get_outcome,
    handled_of,
    leaving_of,
    refusal,
)
from infra.handling.packing import Leaving
from infra.handling.retrying import pause_seconds
from infra.handling.running import run_handler
from infra.handling.service import Registered, Service
from infra.runtime.clock import business_date, utc_now
from infra.runtime.telemetry import BATCH, HANDLED, SECONDS

log = structlog.get_logger()


class _Work(NamedTuple):
    """What handlers made of a batch: an answer for each message, and what is to be written."""

    answers: Sequence[Result] = ()
    leaving: Sequence[Leaving] = ()
    handled: Sequence[Handled] = ()
    entries: Sequence[audit.Entry] = ()


class Pipeline:
    """Runs the handlers of one service; lanes feed it with batches of deliveries. `key` makes the
    fingerprints of what was handled; `common` is what it answers beside its own kinds."""

    def __init__(
        self,
        service: Service[Any],
        pool: Pool,
        key: bytes,
        *,
        ask: Callable[[Delivery], Ask],
        leave: Callable[[Sequence[Parcel]], None],
        common: Mapping[type[Message], Registered],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._service = service
        self._pool = pool
        self._key = key
        self._ask = ask
        self._leave = leave
        self._clock = clock
        self._approvals = Approvals(service, key)
        alike = {**common, **service.common}
        alike.update(self._approvals.handlers)
        alike[GetOutcome] = Registered(get_outcome, alone=True)
        alike[SearchAudit] = Registered(partial(search_audit, service.name), alone=True)
        admission = Admission(service, clock, alike)
        self.kinds, self.admit = admission.kinds, admission.admit

    async def process(
        self, batch: Sequence[Admitted], *, lane: str, remembered: bool = True
    ) -> list[Result]:
        """One result per message, in order; returns only when its work is committed or given up."""
        run = self._remembered if remembered else self._unremembered
        tries: Counter[str] = Counter()
        while True:
            begun_at = monotonic()
            try:
                with SECONDS.labels(lane).time():
                    results = await run(batch)
            except Exception as error:
                pause = pause_seconds(error, tries, monotonic() - begun_at)
                if pause is None:
                    return await self._singly(batch, error, lane=lane, remembered=remembered)
                if all(is_late(item.delivery, self._clock()) for item in batch):
                    # Its commit may have got through; whoever asks for the outcome will know.
                    return [DONE] * len(batch)
                await asyncio.sleep(pause)
            else:
                BATCH.labels(lane).observe(len(batch))
                ms = round((monotonic() - begun_at) * 1_000, 2)
                log.debug("committed", lane=lane, messages=len(batch), ms=ms)
                _count(batch, results)
                return results

    async def tick(self, work: Callable[[Connection], Awaitable[Sequence[Leaving]]]) -> None:
        """A unit of work that no message asked for: a timer."""
        async with self._pool.acquire() as proxy, proxy.transaction():
            db = cast(Connection, proxy)
            leaving = await work(db)
            parcels = await mailbox.append(db, self._service.name, leaving, self._clock())
        self._leave(parcels)

    async def _singly(
        self, batch: Sequence[Admitted], error: Exception, *, lane: str, remembered: bool
    ) -> list[Result]:
        if len(batch) == 1:
            delivery = batch[0].delivery
            log.error(
                "message_failed", type=delivery.type, message_id=str(delivery.message_id),
                trace_id=delivery.trace.id, exc_info=error,
            )  # fmt: skip
            return [Failed(f"{type(error).__name__}: {error}"[:500])]
        results: list[Result] = []
        for item in batch:
            results += await self.process([item], lane=lane, remembered=remembered)
        return results

    async def _remembered(self, batch: Sequence[Admitted]) -> list[Result]:
        async with self._pool.acquire() as proxy, proxy.transaction():
            db = cast(Connection, proxy)
            known = await mailbox.recall(db, [item.delivery.message_id for item in batch])
            results: dict[int, Result] = {}
            todo: dict[Any, int] = {}
            now = self._clock()
            for place, item in enumerate(batch):
                before = known.get(item.delivery.message_id)
                if before is not None:
                    results[place] = again(before, item.delivery, self._key)
                elif is_late(item.delivery, now):
                    results[place] = refusal(Expired())
                elif item.delivery.message_id not in todo:
                    todo[item.delivery.message_id] = place
            work = _Work()
            if todo:
                work = await self._handle(db, [batch[place] for place in todo.values()])
                await mailbox.remember(db, work.handled)
                results.update(zip(todo.values(), work.answers, strict=True))
            told = [
                results[place] if place in results else self._twin(batch, todo, results, item)
                for place, item in enumerate(batch)
            ]
            reused = [batch[place] for place, result in enumerate(told) if result == REUSED]
            await audit.append(db, [*work.entries, *self._refused(reused, now)], now)
            parcels = await mailbox.append(db, self._service.name, work.leaving, self._clock())
        self._leave(parcels)
        return told

    def _twin(
        self,
        batch: Sequence[Admitted],
        todo: Mapping[Any, int],
        results: Mapping[int, Result],
        item: Admitted,
    ) -> Result:
        """The result of a message whose equal stands earlier in the same batch."""
        first = todo[item.delivery.message_id]
        result, equal = results[first], batch[first].delivery
        if not isinstance(result, Answer):
            return result
        if _asked_by(equal) != _asked_by(item.delivery):
            return REUSED
        return replace(result, replayed=True)

    def _refused(self, reused: Sequence[Admitted], now: datetime) -> Iterator[audit.Entry]:
        """The rows of those whose id stands for another message."""
        for message, delivery in ((item.message, item.delivery) for item in reused):
            asked = Asked(message, self._context(delivery, now, business_date(now)))
            digest = fingerprint_of(delivery.type, delivery.payload, self._key)
            yield from audit.entries_of(delivery.type, asked, IdempotencyKeyReused(), digest)

    async def _unremembered(self, batch: Sequence[Admitted]) -> list[Result]:
        """Queries, in a read-only snapshot, and commands that hold a secret.

        Each comes alone. Nobody can ask later what became of it, so what is too late has no effect:
        it is judged when its turn has come, when it has a connection, and, having waited for hashes
        and locks, once more before the commit.
        """
        reading = all(isinstance(item.message, Query) for item in batch)
        level: Literal["repeatable_read", "read_committed"] = (
            "repeatable_read" if reading else "read_committed"
        )
        try:
            self._require_time(batch)
            async with (
                self._pool.acquire() as proxy,
                proxy.transaction(isolation=level, readonly=reading),
            ):
                self._require_time(batch)
                db = cast(Connection, proxy)
                work = await self._handle(db, batch)
                await audit.append(db, work.entries, self._clock())
                parcels = await mailbox.append(db, self._service.name, work.leaving, self._clock())
                self._require_time(batch)
        except Expired as late:
            return [refusal(late)] * len(batch)
        self._leave(parcels)
        return list(work.answers)

    def _require_time(self, batch: Sequence[Admitted]) -> None:
        now = self._clock()
        if any(is_late(item.delivery, now) for item in batch):
            raise Expired

    async def _handle(self, db: Connection, batch: Sequence[Admitted]) -> _Work:
        """Run handlers over the batch in order, neighbours of one batch handler in one call."""
        now = self._clock()
        store = self._service.store(db)
        today = await self._service.today(db, now)
        asked = [Asked(item.message, self._context(item.delivery, now, today)) for item in batch]
        outcomes: dict[int, Any] = {**await self._approvals.park(db, store, batch, asked)}
        todo = [place for place in range(len(batch)) if place not in outcomes]
        for _, group in groupby(todo, key=lambda i: _group(batch[i], i)):
            places = list(group)
            entry = batch[places[0]].handler
            asks = [self._ask(batch[places[0]].delivery)] if entry.asks else []
            found = await run_handler(db, entry, [asked[i] for i in places], store, *asks)
            outcomes |= zip(places, found, strict=True)
        return self._told(batch, asked, [outcomes[place] for place in range(len(batch))])

    def _told(
        self, batch: Sequence[Admitted], asked: Sequence[Asked[Any]], outcomes: Sequence[Any]
    ) -> _Work:
        answers = [answer_of(outcome) for outcome in outcomes]
        deliveries = [item.delivery for item in batch]
        leaving = map(leaving_of, outcomes, deliveries)
        handled = [
            handled_of(delivery, answer, self._key)
            for delivery, answer in zip(deliveries, answers, strict=True)
        ]
        entries = [
            entry
            for row, each, outcome in zip(handled, asked, outcomes, strict=True)
            for entry in audit.entries_of(row.type, each, outcome, row.fingerprint)
        ]
        return _Work(answers, [each for each in leaving if each is not None], handled, entries)

    def _context(self, delivery: Delivery, now: datetime, today: date) -> Context:
        return Context(
            message_id=delivery.message_id,
            correlation_id=delivery.correlation_id,
            causation_id=delivery.causation_id,
            sender=delivery.sender,
            subject=delivery.subject,
            now=now,
            business_date=today,
            source=delivery.source,
            trace=delivery.trace,
        )


def _asked_by(delivery: Delivery) -> tuple[str, str, Any]:
    return delivery.subject.id, delivery.type, delivery.payload


def _group(item: Admitted, place: int) -> object:
    return item.handler.function if item.handler.many else place


def _count(batch: Sequence[Admitted], results: Sequence[Result]) -> None:
    counted = Counter(
        (item.delivery.type, isinstance(result, Answer) and result.type == REFUSED)
        for item, result in zip(batch, results, strict=True)
    )
    for (type_, is_refused), number in counted.items():
        HANDLED.labels(type_, "refused" if is_refused else "done").inc(number)
