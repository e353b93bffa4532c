"""The bank in containers is the same bank: every process, each with its own secrets alone."""

import json
import sys
from typing import Any, cast

import pytest
import uvicorn
import yaml
from pydantic_settings import BaseSettings
from starlette.types import Receive, Scope, Send

from contracts.envelope import GATEWAY
from contracts.topology import LANES, OUTSIDE, SERVICES
from gateway.settings import GatewaySettings
from infra.deployment.containers.__main__ import main
from infra.deployment.local.docker import IMAGE
from infra.deployment.local.erlang import SUPPORTED
from infra.deployment.local.ports import Ports
from infra.deployment.local.processes import http_process
from infra.deployment.migrations import ROOT
from infra.process.connections import ConnectionSettings
from infra.process.settings import Settings
from tests.architecture.house import settings_classes, variables_of

PROXY, CALLER = "172.18.0.1", "203.0.113.9"
SERVERS = {"postgres", "rabbitmq"}
JOBS = {"environment", "migrate", "topology"}
PROCESSES = {GATEWAY, *SERVICES, LANES, *(each.user for each in OUTSIDE), "seed"}
# From the process's own file of secrets, see infra/deployment/containers/entrypoint.
SECRET = {"BANK_AMQP_URL", "BANK_POSTGRES_URL", "BANK_MONITOR_URL", "BANK_SECRET"}
# Said by the composition itself.
OF_THE_PLACE = {"BANK_DATA", "BANK_PORT", "BANK_PORT_BASE", "BANK_SERVICE_URLS"}


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


def test_the_broker_is_one_that_its_makers_support(services: dict[str, dict[str, Any]]) -> None:
    image, _, tag = services["rabbitmq"]["image"].partition(":")
    assert (image, tag.partition("-")[0]) == ("rabbitmq", str(SUPPORTED[0]))
    assert f"{image}:{tag}" == IMAGE


def test_the_broker_shows_its_figures_in_the_network_alone(
    services: dict[str, dict[str, Any]],
) -> None:
    document = yaml.safe_load((ROOT / "docker-compose.yml").read_text())

    assert "prometheus.tcp.port = 15692" in document["configs"]["rabbitmq"]["content"]
    assert "ports" not in services["rabbitmq"]


def test_processes_listen_on_the_ports_that_they_have_everywhere(
    services: dict[str, dict[str, Any]],
) -> None:
    for name, port in Ports.from_base(8000).http.items():
        assert services[name]["command"] == ["python", "-m", "infra.deployment.containers", name]
        assert services[name]["environment"]["BANK_PORT"] == str(port)


def test_a_process_in_a_container_is_started_as_everywhere_and_heard_by_its_neighbours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr("os.execv", lambda _, arguments: started.append(arguments))
    monkeypatch.setenv("BANK_PORT", "8002")

    main("account")

    elsewhere = [word.replace("0.0.0.0", "127.0.0.1") for word in started[0]]
    assert elsewhere == [sys.executable, "-m", *http_process("account", 8002)]
    assert elsewhere != started[0]


def test_what_an_operator_sets_reaches_the_processes_that_read_it(
    services: dict[str, dict[str, Any]],
) -> None:
    for name in Ports.from_base(8000).http:
        read = {each for kind in _settings_of(name) for each in variables_of(kind)}
        assert set(services[name]["environment"]) - OF_THE_PLACE == read - OF_THE_PLACE - SECRET


@pytest.mark.parametrize(
    ("trusted", "heard"),
    [
        ({}, PROXY),
        ({"BANK_TRUSTED_PROXIES": ""}, PROXY),
        ({"BANK_TRUSTED_PROXIES": "10.0.0.8"}, PROXY),
        ({"BANK_TRUSTED_PROXIES": "10.0.0.8, 172.18.0.1"}, CALLER),
        ({"BANK_TRUSTED_PROXIES": "172.16.0.0/12"}, CALLER),
    ],
)
async def test_in_a_container_a_caller_is_known_behind_a_proxy_that_is_named_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
    services: dict[str, dict[str, Any]],
    trusted: dict[str, str],
    heard: str,
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr("os.execv", lambda _, arguments: started.append(arguments))
    monkeypatch.delenv("BANK_TRUSTED_PROXIES", raising=False)
    # Without a value in the composition: as in the environment of `make up`, or not at all.
    assert services[GATEWAY]["environment"]["BANK_TRUSTED_PROXIES"] is None
    for name, value in trusted.items():
        monkeypatch.setenv(name, value)

    main(GATEWAY)

    assert await _caller_behind(PROXY, started[0]) == heard


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


async def _caller_behind(proxy: str, command: list[str]) -> str:
    """Whom uvicorn, started by this command, takes for the caller of what a proxy passed on."""
    found: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        found.append(scope["client"][0])

    words = command[command.index("uvicorn") + 1 :]
    options = uvicorn.main.make_context("uvicorn", words).params
    names = ("proxy_headers", "forwarded_allow_ips")
    config = uvicorn.Config(app, log_config=None, **{name: options[name] for name in names})
    config.load()
    headers = [(b"x-forwarded-for", CALLER.encode())]
    scope = {"type": "http", "client": (proxy, 1), "headers": headers}
    await config.loaded_app(cast(Any, scope), cast(Any, None), cast(Any, None))
    return found[0]


def _settings_of(process: str) -> list[type[BaseSettings]]:
    """What every process is told, and what its own settings.py adds."""
    of_all = (Settings, ConnectionSettings)
    own = "gateway.settings" if process == GATEWAY else f"services.{process}.settings"
    return [kind for kind in settings_classes() if kind in of_all or kind.__module__ == own]
