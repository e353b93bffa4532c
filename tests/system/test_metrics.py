"""Every process says how near it is to its limits, under labels of the bank's own making."""

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from contracts.envelope import GATEWAY
from contracts.topology import SERVICES
from infra.deployment.definitions import definitions, load_services
from tests.fixtures.bank import Bank, Client
from tests.fixtures.waiting import until

pytestmark = pytest.mark.system

OF_EVERY_PROCESS = {
    "bank_event_loop_lag_seconds_count", "bank_http_connections", "process_resident_memory_bytes",
    "process_cpu_seconds_total", "process_open_fds", "process_max_fds",
}  # fmt: skip
OF_EVERY_SERVICE = {
    "bank_database_connections_busy", "bank_database_connections_max",
    "bank_database_connections_waiting", "bank_outbox_oldest_seconds",
}  # fmt: skip
GROWING = ("process_cpu_seconds_total", "bank_event_loop_lag_seconds_count")

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def figures(bank: Bank, process: str) -> Figures:
    async with httpx.AsyncClient() as http:
        text = (await http.get(f"http://127.0.0.1:{bank.ports.http[process]}/metrics")).text
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.parametrize("process", [GATEWAY, *SERVICES])
async def test_every_process_says_how_near_it_is_to_its_limits(bank: Bank, process: str) -> None:
    found = await figures(bank, process)

    names = {name for name, _ in found}
    assert names >= OF_EVERY_PROCESS | (OF_EVERY_SERVICE if process in SERVICES else set())
    queues = {each["name"] for each in definitions(load_services(), {})["queues"]}
    lanes = {dict(labels).get("lane") for _, labels in found} - {None}
    assert lanes <= queues


async def test_the_figures_move_under_load(bank: Bank, teller: Client) -> None:
    payer, payee = await teller.open_account("1000.00"), await teller.open_account()
    before = await figures(bank, "account")

    for _ in range(20):
        assert (await teller.transfer(payer, payee, "1.00")).status_code == 201

    async def have_grown() -> bool:
        now = await figures(bank, "account")
        return all(now[name, frozenset()] > before[name, frozenset()] for name in GROWING)

    await until(have_grown, 30, "processor time and looks at the event loop are counted")
    taken = ("bank_turns_taken", frozenset({("lane", "auth.queries")}))
    async with bank.signed_in("teller"):
        pass
    assert taken in await figures(bank, "auth")
