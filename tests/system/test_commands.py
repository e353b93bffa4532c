"""Every command of `bank`, run as a process of its own against a bank at work.

The commands that start, stop, copy and restore a bank are run by other tests, which have one of
their own. A last test walks over all that there are.
"""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
from typer.main import get_group

from contracts.account.holds import PlaceHold
from contracts.topology import COMMANDS, routing_key
from infra.bus.wire import JSON
from infra.deployment.cli import app
from infra.deployment.local.child import run_once
from infra.deployment.migrations import ROOT
from tests.fixtures.bank import Bank
from tests.fixtures.waiting import until

pytestmark = pytest.mark.system

QUEUE = "account.commands"
DEAD_SECONDS = 30.0
RUN_HERE = {
    "status", "logs", "migrate", "topology", "environment", "admin create", "dead list",
    "dead show", "dead replay", "dead drop", "jobs list", "jobs show", "jobs retry",
    "loan verify",
}  # fmt: skip
RUN_ELSEWHERE = {
    "run", "stop", "backup", "restore", "saga list", "saga show", "saga retry", "saga park",
    "saga compensate", "audit verify", "partner list", "partner add", "partner suspend",
    "partner change", "partner resume", "partner close", "partner rotate", "partner quarantine",
    "partner check", "partner asyncapi",
}  # fmt: skip


async def bank_says(bank: Bank, *words: str) -> str:
    """What a command prints that ends well."""
    status, output, errors = await run_once(
        command(*words), environment=bank.environment(), folder=ROOT
    )
    assert (status, errors) == (0, "")
    return output


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "infra.deployment.cli", *words]


async def test_status_names_every_process_and_its_port(bank: Bank) -> None:
    shown = await bank_says(bank, "status")
    told = json.loads(await bank_says(bank, "status", "--json"))

    ports = {each["name"]: each["port"] for each in told["processes"]}
    assert ports["gateway"] == bank.port_base
    assert all(name in shown and bank.pid(name) for name in ports)


async def test_logs_are_those_of_the_process_that_is_named(bank: Bank) -> None:
    lines = (await bank_says(bank, "logs", "gateway")).splitlines()

    assert lines
    assert {json.loads(line)["process"] for line in lines} == {"gateway"}


async def test_what_is_there_already_is_put_in_place_again_without_harm(bank: Bank) -> None:
    assert await bank_says(bank, "migrate") == "nothing to migrate\n"
    assert "all exchanges, queues and users" in await bank_says(bank, "topology")
    async with bank.stranger() as stranger:
        assert (await stranger.found("/health"))["status"] == "ok"


async def test_each_process_gets_a_folder_with_what_it_is_told(bank: Bank, tmp_path: Path) -> None:
    await bank_says(bank, "environment", str(tmp_path / "told"))

    told = {path.name: path for path in (tmp_path / "told").iterdir()}
    assert {"account", "gateway", "notification"} <= set(told)
    assert all(any(folder.iterdir()) for folder in told.values())


async def test_an_administrator_is_made_who_can_sign_in(bank: Bank) -> None:
    name, password = f"admin-{uuid4().hex[:12]}", "a long sentence of words"
    process = await told_a_line(bank, "admin", "create", name, says=password)

    async with bank.stranger() as stranger:
        body = {"username": name, "password": password}
        answer = await stranger.post("/api/auth/login", body)

    assert (process, answer.status_code) == (0, 200)


async def told_a_line(bank: Bank, *words: str, says: str) -> int | None:
    """The status of a command that reads this line."""
    process = await asyncio.create_subprocess_exec(
        *command(*words), env=bank.environment(), cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    await process.communicate(says.encode() + b"\n")
    return process.returncode


@pytest.fixture
async def dead_id(bank: Bank) -> str:
    """The id of a message that was given up a moment ago."""
    message_id = str(uuid4())
    connection = await aio_pika.connect(bank.amqp_url("payment"))
    async with connection:
        exchange = await (await connection.channel()).get_exchange(COMMANDS, ensure=False)
        key = routing_key(PlaceHold)
        message = aio_pika.Message(
            b"[]", type=key, message_id=message_id, user_id="payment", content_type=JSON
        )
        await exchange.publish(message, key, timeout=5)

    async def is_shown() -> bool:
        return message_id in await bank_says(bank, "dead", "show", QUEUE)

    await until(is_shown, DEAD_SECONDS, "the message is given up")
    return message_id


async def test_a_message_that_was_given_up_is_found_sent_back_and_dropped(
    bank: Bank, dead_id: str
) -> None:
    assert QUEUE in await bank_says(bank, "dead", "list")

    assert "sent back" in await bank_says(bank, "dead", "replay", QUEUE)

    async def is_given_up_again() -> bool:
        return dead_id in await bank_says(bank, "dead", "show", QUEUE)

    await until(is_given_up_again, DEAD_SECONDS, "the message is given up once more")
    await bank_says(bank, "dead", "drop", QUEUE, "--message-id", dead_id)
    assert dead_id not in await bank_says(bank, "dead", "show", QUEUE)


async def test_loans_are_made_anew_and_a_loan_that_is_not_there_is_named(bank: Bank) -> None:
    said = await bank_says(bank, "loan", "verify")

    assert said.endswith(" loans are what their terms and events make them\n")
    nobody = str(uuid4())
    status, output, _ = await run_once(
        command("loan", "verify", nobody), environment=bank.environment(), folder=ROOT
    )
    assert (status, output) == (1, f"{nobody}: there is no such loan\n")


async def test_the_jobs_of_this_bank_begin_with_its_first_day(bank: Bank) -> None:
    listed = await bank_says(bank, "jobs", "list")

    assert listed == "no jobs\n" or "  standing-orders  " in listed
    for words in (["show"], ["retry"]):
        status, output, errors = await run_once(
            command("jobs", *words, "end-of-day", "2026-01-01"),
            environment=bank.environment(),
            folder=ROOT,
        )
        assert (status, output) == (1, "")
        assert errors.startswith("bank: day-before-first: ")


@pytest.mark.parametrize(
    "words",
    [
        ("dead", "show", "nonsense"),
        ("logs", "nobody"),
        ("admin", "create", "x"),
        ("nonsense",),
        ("status", "--nonsense"),
    ],
    ids=" ".join,
)
async def test_what_cannot_be_done_is_said_in_one_line(bank: Bank, words: tuple[str, ...]) -> None:
    status, output, errors = await run_once(
        command(*words), environment=bank.environment(), folder=ROOT
    )

    assert status in (1, 2)
    assert (output, errors.count("\n"), errors[:6]) == ("", 1, "bank: ")


def test_every_command_is_run_by_some_test() -> None:
    assert set(_names(get_group(app))) == RUN_HERE | RUN_ELSEWHERE


def _names(group: Any, before: str = "") -> Iterator[str]:
    for name, each in group.commands.items():
        if hasattr(each, "commands"):
            yield from _names(each, f"{before}{name} ")
        else:
            yield before + name
