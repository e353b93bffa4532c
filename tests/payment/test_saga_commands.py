"""`bank saga`: an operator sees and steers the sagas of a service that runs."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import SimpleNamespace
from uuid import UUID, uuid4

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from contracts.envelope import OPERATOR
from contracts.payment.payments import GetPayment, MakePayment, Payment
from contracts.payment.values import Rail
from contracts.topology import ASKERS
from infra.bus.ask import AskClient
from infra.data.database import Connection
from infra.deployment import cli, cli_asking, cli_sagas
from infra.deployment.definitions import load_services
from tests.builders import ALICE, inr, staff
from tests.fixtures.processes import all_running, asking
from tests.fixtures.servers import Databases, Vhosts
from tests.fixtures.waiting import until
from tests.payment.examples import CAROL

pytestmark = pytest.mark.integration


ANSWER_SECONDS = 1.0  # for those that are there


@dataclass
class Terminal:
    """An operator before a bank in which nobody answers payments, and what he has read."""

    gateway: AskClient
    admin: Connection
    said: list[str]

    async def type(self, *arguments: str) -> Result:
        self.said.clear()
        return await asyncio.to_thread(CliRunner().invoke, cli.app, ["saga", *arguments])

    async def pay(self) -> UUID:
        """A payment whose hold is awaited."""
        command = MakePayment(
            from_account=ALICE, beneficiary=CAROL, amount=inr("500"), rail=Rail.IMPS
        )
        reply = await self.gateway.ask(
            command, subject=staff(), message_id=uuid4(), wait_seconds=10
        )
        assert isinstance(reply.message, Payment)
        payment_id = reply.message.payment_id
        await until(
            lambda: self.admin.fetchval(
                "select true from payment.sagas where saga_id = $1", payment_id
            )
        )
        return payment_id

    async def see(self, payment_id: UUID) -> Payment:
        query = GetPayment(payment_id=payment_id)
        reply = await self.gateway.ask(query, subject=staff(), wait_seconds=10)
        assert isinstance(reply.message, Payment)
        return reply.message


@pytest.fixture
async def terminal(
    databases: Databases, vhosts: Vhosts, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Terminal]:
    services = load_services(ASKERS)
    async with (
        databases.fresh(ASKERS) as database,
        vhosts.fresh() as vhost,
        all_running(services, database, vhost),
        asking(vhost) as gateway,
    ):
        admin, said = await asyncpg.connect(database.admin_url), list[str]()
        monkeypatch.setattr(cli_sagas, "echo", said.append)
        known = SimpleNamespace(amqp_url=vhost.url)
        monkeypatch.setattr(cli_asking, "known_servers", lambda: known)
        yield Terminal(gateway, admin, said)
        await admin.close()


async def test_the_sagas_of_the_bank_are_listed_and_shown(terminal: Terminal) -> None:
    first, second = await terminal.pay(), await terminal.pay()

    done = await terminal.type("list")
    listed = list(terminal.said)
    await terminal.type("list", "--state", "failed")
    failed = list(terminal.said)
    await terminal.type("show", str(first))

    assert done.exit_code == 0
    assert [line.split()[0] for line in listed] == [str(second), str(first)]
    assert "payment imps  processing at place-hold" in listed[0]
    assert failed == ["no sagas"]
    assert terminal.said[1].split()[:2] == ["place-hold", "waiting"]


async def test_an_operator_parks_retries_and_compensates_with_a_reason_that_is_kept(
    terminal: Terminal,
) -> None:
    payment_id = await terminal.pay()

    for action in ("park", "retry", "compensate"):
        done = await terminal.type(action, str(payment_id), "--reason", f"to {action}")
        assert done.exit_code == 0, done.output
        assert terminal.said[-1].split(" UTC")[1] == f": to {action}"

    payment = await terminal.see(payment_id)
    assert [(step.name, step.reason) for step in payment.steps if ":" in (step.reason or "")] == [
        ("park", f"{OPERATOR}: to park"),
        ("retry", f"{OPERATOR}: to retry"),
        ("compensate", f"{OPERATOR}: to compensate"),
    ]


async def test_what_cannot_be_done_is_said_in_one_line_with_its_code(terminal: Terminal) -> None:
    submitted, over = await terminal.pay(), await terminal.pay()
    await terminal.admin.execute(
        "update payment.sagas set at = 2, sent = 3 where saga_id = $1", submitted
    )
    await terminal.admin.execute(
        "update payment.sagas set phase = 'failed', code = 'x', awaits = 'nothing',"
        " deadline = null where saga_id = $1",
        over,
    )

    refused = {
        code: await terminal.type("compensate", str(saga_id), "--reason", "odd")
        for saga_id, code in (
            (submitted, "saga-past-pivot"),
            (over, "saga-already-ended"),
            (uuid4(), "saga-not-found"),
        )
    }

    for code, done in refused.items():
        assert done.exit_code == 1
        assert done.stderr.startswith(f"bank: {code}: ")
        assert len(done.stderr.splitlines()) == 1


@pytest.fixture
async def half_a_terminal(
    databases: Databases, vhosts: Vhosts, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Terminal]:
    """Before a bank whose loan service is away."""
    async with (
        databases.fresh(ASKERS) as database,
        vhosts.fresh() as vhost,
        all_running(load_services(("payment",)), database, vhost),
        asking(vhost) as gateway,
    ):
        admin, said = await asyncpg.connect(database.admin_url), list[str]()
        monkeypatch.setattr(cli_sagas, "echo", said.append)
        known = SimpleNamespace(amqp_url=vhost.url)
        monkeypatch.setattr(cli_asking, "known_servers", lambda: known)
        monkeypatch.setattr(cli_asking, "ANSWER_SECONDS", ANSWER_SECONDS)
        yield Terminal(gateway, admin, said)
        await admin.close()


async def test_a_service_that_is_away_hides_no_sagas_of_others(half_a_terminal: Terminal) -> None:
    payment_id = await half_a_terminal.pay()

    shown = await half_a_terminal.type("show", str(payment_id))
    listed = await half_a_terminal.type("list")
    [line] = half_a_terminal.said
    of_none = await half_a_terminal.type("list", "--state", "failed")
    unknown = await half_a_terminal.type("show", str(uuid4()))

    assert shown.exit_code == 0
    assert line.split()[0] == str(payment_id)
    assert half_a_terminal.said == []
    for lacking in (listed, of_none, unknown):
        assert lacking.exit_code == 1
        assert lacking.stderr.startswith("bank: no answer from loan: ")
        assert len(lacking.stderr.splitlines()) == 1
