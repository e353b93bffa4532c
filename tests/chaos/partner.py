"""Another bank's system that sends commands while the ingress is killed again and again.

    python -m tests.chaos.partner --commands 10000 --kills 10

starts a bank of its own. The partner sends each command until it is answered, under the same id;
the ingress is killed at random moments, and the bank's supervisor starts it again. In the end each
command is sent once more, and whatever is then not as it should be is a finding.
"""

import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import typer

from contracts.envelope import OPERATOR
from contracts.ingress import Answered
from contracts.topology import INGRESS
from tests.chaos.auditor import Finding, Told, audit_always, audit_queues, audit_settled, audit_told
from tests.chaos.insistent import PATIENCE_SECONDS, Insistent, Wish
from tests.chaos.rest import at_rest
from tests.fixtures.bank import Bank, fresh_bank
from tests.fixtures.partners import BALANCE, TRANSFER, Partner, close, register
from tests.fixtures.waiting import until

SETTLE_SECONDS = 600.0  # 18,000 letters at 200 a second, on a busy machine
RICH, POOR, TOO_MUCH = "100000.00", "5.00", "10.00"
BOOKED = "select entry_id, reference from account.entries where reference = any($1::text[])"

Commands = Annotated[int, typer.Option(min=100, help="How many are sent.")]
Kills = Annotated[int, typer.Option(min=1, help="How often the ingress is killed meanwhile.")]
Seed = Annotated[int | None, typer.Option(help="Of the amounts and the moments of the kills.")]


@dataclass(frozen=True, slots=True)
class Accounts:
    """Those that the partner may debit, of which one has not enough, and one that is paid."""

    rich: str
    poor: str
    payee: str


@dataclass(frozen=True, slots=True)
class Ended:
    """What a run came to."""

    findings: Sequence[Finding]
    answers: Counter[str]  # by their type
    repeated: int  # attempts that were made again for want of an answer
    kills: int
    seconds: float

    def __str__(self) -> str:
        counted = ", ".join(f"{count} {kind}" for kind, count in sorted(self.answers.items()))
        return (
            f"{self.answers.total()} commands in {self.seconds:.0f} s: {counted};"
            f" {self.repeated} attempts repeated, {self.kills} kills"
        )


async def survive(bank: Bank, commands: int, kills: int, seed: int) -> Ended:
    """Send so many commands while the ingress is killed so often, and look at all of it."""
    chance, begun_at = random.Random(seed), time.monotonic()
    accounts = await _accounts(bank)
    wishes = dict(_wish(chance, number, accounts) for number in range(commands))
    may_debit = [accounts.rich, accounts.poor]
    partner = await register(bank, may_debit, command=TOO_MUCH, daily=RICH)
    insistent = Insistent(partner, wishes)
    async with asyncio.TaskGroup() as group:
        group.create_task(_kill(bank, insistent, _moments(chance, commands, kills)))
        group.create_task(insistent.run())
    seconds = time.monotonic() - begun_at
    await insistent.run_again()
    await at_rest(bank, SETTLE_SECONDS)
    findings = [
        *insistent.findings,
        *await _misbooked(bank, insistent, accounts),
        *await _miscounted(bank, insistent, accounts),
        *await _quarantined(bank, insistent.partner),
    ]
    answers = Counter(answer.type for answer in insistent.answers.values())
    return Ended(findings, answers, insistent.repeated, kills, seconds)


async def _accounts(bank: Bank) -> Accounts:
    async with bank.signed_in("teller") as teller:
        return Accounts(*[await teller.open_account(some) for some in (RICH, POOR, "0")])


def _wish(chance: random.Random, number: int, accounts: Accounts) -> tuple[str, Wish]:
    """Most move money; one in twenty asks for a balance, which moves on, and one in twenty has to
    be refused for want of money."""
    message_id = str(UUID(int=chance.getrandbits(128), version=4))
    minor = chance.randint(1, 999)
    transfer = {
        "from_account": accounts.rich, "to_account": accounts.payee,
        "amount": f"{minor // 100}.{minor % 100:02d}",
    }  # fmt: skip
    match number % 20:
        case 7:
            wish = Wish(BALANCE, {"account_number": accounts.rich}, Answered.BALANCE)
        case 13:
            too_much = transfer | {"from_account": accounts.poor, "amount": TOO_MUCH}
            wish = Wish(TRANSFER, too_much, Answered.REFUSED)
        case _:
            wish = Wish(TRANSFER, transfer, Answered.TRANSFERRED)
    return message_id, wish


def _moments(chance: random.Random, commands: int, kills: int) -> list[int]:
    """When to kill: as soon as so many commands are answered, and some are not."""
    return sorted(chance.sample(range(commands // 20, commands * 9 // 10), kills))


async def _kill(bank: Bank, insistent: Insistent, moments: Sequence[int]) -> None:
    """Kill the ingress at each of these moments, and not before it was started again."""
    for moment in moments:

        def has_come(moment: int = moment) -> bool:
            return len(insistent.answers) >= moment

        await until(has_come, PATIENCE_SECONDS, f"{moment} answers")
        killed = bank.pid(INGRESS)
        bank.kill(INGRESS)

        def is_back(killed: int = killed) -> bool:
            return bank.pid(INGRESS) != killed

        await until(is_back, PATIENCE_SECONDS, "the ingress is started again")


async def _misbooked(bank: Bank, insistent: Insistent, accounts: Accounts) -> list[Finding]:
    """What the books have otherwise than the partner was told."""
    made = {
        answer.body["reference"]: insistent.wishes[message_id].body
        for message_id, answer in insistent.answers.items()
        if answer.type == Answered.TRANSFERRED
    }
    async with bank.database() as database:
        rows = await database.fetch(BOOKED, list(made))
        transfers = [
            (entry_id, wish["from_account"], wish["to_account"], _minor(wish["amount"]))
            for entry_id, reference in rows
            for wish in [made[reference]]
        ]
        told = Told([accounts.rich, accounts.poor, accounts.payee], transfers)
        findings = [
            *await audit_always(database),
            *await audit_settled(database),
            *await audit_told(database, told),
            *await audit_queues(bank.amqp_url(OPERATOR)),
        ]
    if len(rows) != len(made):
        findings.append(Finding("entries are missing", {"told": len(made), "there": len(rows)}))
    return findings


async def _miscounted(bank: Bank, insistent: Insistent, accounts: Accounts) -> list[Finding]:
    """Balances that are not what all commands come to."""
    moved = sum(
        Decimal(wish.body["amount"])
        for wish in insistent.wishes.values()
        if wish.answer == Answered.TRANSFERRED
    )
    right = {
        accounts.rich: Decimal(RICH) - moved,
        accounts.poor: Decimal(POOR),
        accounts.payee: moved,
    }
    async with bank.signed_in("teller") as teller:
        seen = {account: await teller.balance(account) for account in right}
    return [
        Finding("a balance is wrong", {"account": each, "is": seen[each], "should be": right[each]})
        for each in right
        if seen[each] != right[each]
    ]


async def _quarantined(bank: Bank, partner: Partner) -> list[Finding]:
    """What was refused at its door; it is closed then."""
    async with bank.signed_in("admin") as admin:
        refused = (await admin.found(f"/api/partners/{partner.name}/quarantine"))["items"]
    await close(bank, partner)
    return [Finding("a message was refused at the door", each) for each in refused]


def _minor(amount: str) -> int:
    return int(Decimal(amount) * 100)


def main(commands: Commands = 10_000, kills: Kills = 10, seed: Seed = None) -> None:
    """Start a bank in a temporary folder, and end with 1 if anything is found."""
    ended = asyncio.run(_run(commands, kills, random.getrandbits(32) if seed is None else seed))
    for finding in ended.findings:
        typer.secho(str(finding), err=True, fg=typer.colors.RED)
    sys.exit(1 if ended.findings else 0)


async def _run(commands: int, kills: int, seed: int) -> Ended:
    typer.echo(f"starting a bank … (seed {seed})", err=True)
    async with fresh_bank() as bank:
        ended = await survive(bank, commands, kills, seed)
    typer.echo(f"{ended}, {len(ended.findings)} findings (seed {seed})")
    return ended


if __name__ == "__main__":
    typer.run(main)
