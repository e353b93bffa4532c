"""Honest lenders beside the other callers: each loan is applied for, approved, paid out, repaid."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

import httpx

from tests.chaos.callers import DONE, Callers, Success, so_many
from tests.chaos.loan_checks import ToldLoan
from tests.fixtures.bank import Client, Json

LENDERS_AT_ONCE = 8
REPAYMENTS = 3  # of each loan
PRINCIPAL_MINOR_MIN, PRINCIPAL_MINOR_MAX = 10_000_00, 50_000_00  # of the demo's product
REPAID_MINOR_MAX = 2_000_00
UNDER_WAY = "processing"


@dataclass
class Lenders:
    """A stream of loans to the owners of these accounts, made as `callers` make their calls."""

    callers: Callers
    manager: Client
    owners: Mapping[str, int]  # by account: its customer
    loans: list[ToldLoan] = field(default_factory=list)
    lent: list[Success] = field(default_factory=list)  # movements of money that were booked

    async def run(self, loans: int) -> None:
        """Make so many; returns when the end of every movement of each is known."""
        await so_many(loans, LENDERS_AT_ONCE, self._lend)

    async def _lend(self) -> None:
        chance = self.callers.random
        account = chance.choice(list(self.owners))
        principal_minor = chance.randint(PRINCIPAL_MINOR_MIN, PRINCIPAL_MINOR_MAX)
        wish = {
            "customer_id": self.owners[account], "account_number": account,
            "product_code": "PERSONAL", "principal": _text(principal_minor), "instalments": 12,
        }  # fmt: skip

        applied = await self._done(self.callers.client, "/api/loans", wish)
        path = f"/api/loans/{applied['loan_id']}"
        await self._done(self.manager, f"{path}/approve", {})
        assert await self._moved(self.manager, f"{path}/disburse", {})
        repaid = [
            minor
            for minor in (chance.randint(1, REPAID_MINOR_MAX) for _ in range(REPAYMENTS))
            if await self._moved(
                self.callers.client, f"{path}/repayments", {"amount": _text(minor)}
            )
        ]

        loan_id = UUID(applied["loan_id"])
        self.loans.append(ToldLoan(loan_id, principal_minor, sum(repaid), len(repaid)))

    async def _done(self, client: Client, path: str, body: Json) -> Json:
        key = self.callers.key()
        answer, _ = await self.callers.until_final(lambda: client.post(path, body, key=key))
        assert answer.status_code in DONE, answer.text
        done: Json = answer.json()
        return done

    async def _moved(self, client: Client, path: str, body: Json) -> bool:
        """Whether the books have moved; they refuse what an account cannot pay."""
        key = self.callers.key()

        async def move() -> httpx.Response:
            answer = await client.post(path, body, key=key)
            # What is under way is asked again by the same call once it is over.
            while answer.status_code == 202 and "loan_id" in answer.json():
                found = await client.get(answer.headers["Location"])
                if found.status_code != 200 or found.json()["state"] != UNDER_WAY:
                    return await client.post(path, body, key=key)
            return answer

        answer, success = await self.callers.until_final(move)

        if answer.status_code in DONE:
            self.lent.append(success)
            return True
        assert answer.json()["code"] == "insufficient-funds", answer.text
        return False


def _text(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"
