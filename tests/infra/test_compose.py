"""The bank in containers is the same bank: every process, each with its own secrets alone."""

import json
from typing import Any

import pytest
import yaml

from contracts.envelope import GATEWAY
from contracts.topology import SERVICES
from gateway.settings import GatewaySettings
from infra.local.ports import Ports
from infra.local.processes import RAIL_USER
from infra.migrations import ROOT

SERVERS = {"postgres", "rabbitmq"}
JOBS = {"environment", "migrate", "topology"}
PROCESSES = {GATEWAY, *SERVICES, RAIL_USER, "seed"}


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    document = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    found: dict[str, dict[str, Any]] = document["services"]
    return found


def test_every_process_has_a_container(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == SERVERS | JOBS | PROCESSES


def test_each_process_sees_its_own_secrets_and_no_administrators(
    services: dict[str, dict[str, Any]],
) -> None:
    for name in PROCESSES:
        [volume] = services[name]["volumes"]
        assert volume["volume"]["subpath"] == f"processes/{name}"
        assert "BANK_ADMIN_PASSWORD" not in str(services[name])


def test_processes_listen_on_the_ports_that_they_have_everywhere(
    services: dict[str, dict[str, Any]],
) -> None:
    for name, port in Ports.from_base(8000).http.items():
        command = services[name]["command"]
        assert command[command.index("--port") + 1] == str(port)
        assert services[name]["environment"]["BANK_PORT"] == str(port)


def test_the_gateway_knows_where_every_service_answers(
    services: dict[str, dict[str, Any]],
) -> None:
    urls = json.loads(services[GATEWAY]["environment"]["BANK_SERVICE_URLS"])
    settings = GatewaySettings(service_urls=urls)

    for name in SERVICES:
        port = Ports.from_base(8000).http[name]
        assert settings.health_url(name) == f"http://{name}:{port}/health"


def test_only_the_gateway_can_be_reached_and_only_from_this_machine(
    services: dict[str, dict[str, Any]],
) -> None:
    published = {name: each["ports"] for name, each in services.items() if "ports" in each}

    assert published == {GATEWAY: ["127.0.0.1:${BANK_PORT_BASE:-8000}:8000"]}


def test_nothing_starts_before_tables_and_queues_are_there(
    services: dict[str, dict[str, Any]],
) -> None:
    for name in PROCESSES - {"seed"}:
        conditions = services[name]["depends_on"]
        assert set(conditions) == {"migrate", "topology"}
        done = {"condition": "service_completed_successfully"}
        assert all(condition == done for condition in conditions.values())
    assert services["seed"]["depends_on"] == {GATEWAY: {"condition": "service_healthy"}}
