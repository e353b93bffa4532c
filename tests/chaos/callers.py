"""Honest callers: each call has a key of its own and is repeated until its end is known.

What a caller was told in the end is kept in `Told`; the auditor compares it with what was done.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import httpx

from tests.chaos.auditor import Told
from tests.fixtures.bank import Client, Json

CALLERS_AT_ONCE = 64  # of transfers
PAYERS_AT_ONCE = 16
PATIENCE_SECONDS = 120.0
PAUSE_SECONDS_MIN, PAUSE_SECONDS_MAX = 0.05, 1.0
WAIT_SECONDS = 10
DONE, REFUSED, TRY_AGAIN = (200, 201), (404, 422), (202, 429, 500, 502, 503, 504)
ENDS = ("completed", "failed", "cancelled")
# Endings of account numbers at the other bank: most accept, some refuse, answer twice, keep silent
# or lose what they are sent.
BENEFICIARIES = ("7890",) * 12 + ("0001", "0001", "0003", "0004", "0005")

LARGE_SHARE = 0.05  # of the payments go over RTGS
RTGS_LEAST_MINOR = 200_000_00


@dataclass(frozen=True, slots=True)
class Success:
    """A call that did what it should: when its answered attempt began, and when it ended."""

    begun_at: float
    ended_at: float


@dataclass
class Callers:
    """A stream of transfers and payments between `accounts`."""

    client: Client
    accounts: Sequence[str]
    seed: int
    transfers: list[tuple[UUID, str, str, int]] = field(default_factory=list)
    payments: list[tuple[UUID, str, int]] = field(default_factory=list)
    moved: list[Success] = field(default_factory=list)
    paid: list[Success] = field(default_factory=list)
    refused: int = 0
    repeated: int = 0  # attempts that had to be made again

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    @property
    def told(self) -> Told:
        return Told(self.accounts, self.transfers, self.payments)

    async def run(self, transfers: int, payments: int) -> None:
        """Make so many of each; returns when the end of every one of them is known."""
        await asyncio.gather(
            so_many(transfers, CALLERS_AT_ONCE, self._transfer),
            so_many(payments, PAYERS_AT_ONCE, self._pay),
        )

    async def _transfer(self) -> None:
        payer, payee = self.random.sample(self.accounts, 2)
        minor = self.random.randint(1, 999)
        key, amount = self.key(), f"{minor // 100}.{minor % 100:02d}"

        answer, success = await self.until_final(
            lambda: self.client.transfer(payer, payee, amount, key=key)
        )

        if answer.status_code in DONE:
            booked = answer.json()
            self.transfers.append((UUID(booked["transaction_id"]), payer, payee, minor))
            self.moved.append(success)
        else:
            self.refused += 1

    async def _pay(self) -> None:
        rail, payer, least = "IMPS", self.random.choice(self.accounts), 0
        if self.random.random() < LARGE_SHARE:
            rail, payer, least = "RTGS", self.accounts[-1], RTGS_LEAST_MINOR
        beneficiary = f"5010023456{self.random.choice(BENEFICIARIES)}"
        minor = least + self.random.randint(1, 999)
        key, amount = self.key(), f"{minor // 100}.{minor % 100:02d}"

        async def pay() -> httpx.Response:
            answer = await self.client.pay(
                payer, beneficiary, amount, rail=rail, key=key, wait=WAIT_SECONDS
            )
            # Accepted and under way: where it stands can be read. An operation is asked again by
            # the same call, which has the same key.
            under_way = answer.json().get("payment_id") if answer.status_code == 202 else None
            return await self._ended(under_way) if under_way else answer

        answer, success = await self.until_final(pay)

        payment: Json = answer.json()
        assert payment["state"] in ENDS, payment
        self.payments.append((UUID(payment["payment_id"]), payment["state"], minor))
        self.paid.append(success)

    async def _ended(self, payment_id: str) -> httpx.Response:
        """The payment once it has ended, or whatever else is answered first."""
        while True:
            answer = await self.client.get(f"/api/payments/{payment_id}")
            if answer.status_code != 200 or answer.json()["state"] in ENDS:
                return answer
            await asyncio.sleep(PAUSE_SECONDS_MIN)

    async def until_final(
        self, call: Callable[[], Awaitable[httpx.Response]]
    ) -> tuple[httpx.Response, Success]:
        """The answer that says what became of it, however often that takes."""
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        pause = PAUSE_SECONDS_MIN
        while True:
            begun_at = time.monotonic()
            try:
                answer = await call()
            except httpx.TransportError as error:
                problem = repr(error)
            else:
                if answer.status_code in (*DONE, *REFUSED):
                    return answer, Success(begun_at, time.monotonic())
                problem = f"{answer.status_code} {answer.text}"
                assert answer.status_code in TRY_AGAIN, problem
            assert time.monotonic() < give_up_at, f"no end is known: {problem}"
            self.repeated += 1
            await asyncio.sleep(pause * self.random.uniform(0.5, 1))
            pause = min(pause * 2, PAUSE_SECONDS_MAX)

    def key(self) -> str:
        """Of a call that no other has."""
        return str(UUID(int=self.random.getrandbits(128)))


async def so_many(count: int, at_once: int, work: Callable[[], Awaitable[None]]) -> None:
    """Do this work so often, and never more than `at_once` at the same time."""
    left = iter(range(count))

    async def worker() -> None:
        for _ in left:
            await work()

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(worker())
