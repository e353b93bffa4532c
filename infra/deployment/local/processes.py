"""The table of the bank's own processes: what each runs, where it listens, what it is told."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from contracts.envelope import GATEWAY, OPERATOR
from contracts.topology import LANES, OUTSIDE, SERVICES, VHOST, outside_vhost
from infra.deployment.local.child import Child
from infra.deployment.local.home import Home
from infra.deployment.local.ports import Ports
from infra.deployment.local.secrets import Secrets
from infra.deployment.local.servers import Servers
from infra.deployment.migrations import ROOT
from infra.process.connections import ConnectionSettings

# Work that may wait runs at this niceness, so that it never slows money.
PATIENT = frozenset({"transaction", "notification", "reporting", "loan"})
PATIENT_NICENESS = 10

# Variables that hold an administrator's password, which no process of ours may see.
ADMINISTRATORS = frozenset({"BANK_POSTGRES_URL", "BANK_AMQP_URL", "BANK_AMQP_MANAGEMENT_URL"})

RAILS_MODULE = "demo.rails"  # the clearing simulator, which plays the other banks of the demo
LANES_MODULE = "services.auth.lanes"
SEED_MODULE = "demo.seed"
ADMIN_MODULE = "services.auth.first_admin"


@dataclass(frozen=True, slots=True)
class Plan:
    """One process of ours."""

    name: str
    arguments: tuple[str, ...]  # of `python -m`
    own: Mapping[str, str]  # what it is told and no other process
    port: int | None = None
    niceness: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """The operator's without his administrator URLs, and its own."""
        kept = {name: value for name, value in os.environ.items() if name not in ADMINISTRATORS}
        return {**kept, **self.own, "PYTHONUNBUFFERED": "1"}

    def child(self, home: Home) -> Child:
        log = home.logs / f"{self.name}.log"
        return Child(
            name=self.name,
            command=[sys.executable, "-m", *self.arguments],
            environment={**self.environment, "BANK_LOG_FILE": str(log)},
            log=log,
            folder=ROOT,
            niceness=self.niceness,
        )


def plans(home: Home, ports: Ports, secrets: Secrets, servers: Servers) -> Iterator[Plan]:
    """The gateway, every service, who makes the lanes of partners, and the clearing simulator of
    each rail if there is a demo."""
    common = {"BANK_PORT_BASE": str(ports.http[GATEWAY])}
    for name in (GATEWAY, *SERVICES):
        own = {
            **common,
            "BANK_AMQP_URL": servers.amqp_url(name),
            "BANK_SECRET": secrets.processes[name],
            "BANK_DATA": str(home.data(name)),
            "BANK_PORT": str(ports.http[name]),
        }
        if name in SERVICES:
            own["BANK_POSTGRES_URL"] = servers.database_url(name)
        elif monitor_url := servers.monitor_url():
            own["BANK_MONITOR_URL"] = monitor_url
        niceness = PATIENT_NICENESS if name in PATIENT else 0
        port = ports.http[name]
        yield Plan(name, http_process(name, port), own, port, niceness)
    if management_url := servers.management_url(LANES):
        keeper = {**common, "BANK_AMQP_URL": servers.amqp_url(LANES)}
        keeper["BANK_MANAGEMENT_URL"] = management_url
        yield Plan(LANES, (LANES_MODULE,), keeper, niceness=PATIENT_NICENESS)
    if servers.settings.demo == "none":
        return
    for system in OUTSIDE:
        rail = {
            **common,
            "BANK_AMQP_URL": servers.amqp_url(system.user, outside_vhost(VHOST, system)),
        }
        rail["BANK_DATA"] = str(home.data(system.user))
        yield Plan(system.user, (RAILS_MODULE, system.user), rail, niceness=PATIENT_NICENESS)


def seeding(servers: Servers) -> Plan | None:
    """What fills an empty bank with the demo's branch, products, people and accounts."""
    if servers.settings.demo == "none":
        return None
    own = {"BANK_AMQP_URL": servers.amqp_url(OPERATOR), "BANK_DATA": str(servers.home.data("seed"))}
    return Plan("seed", (SEED_MODULE,), own)


def new_admin(servers: Servers, username: str) -> Plan:
    """What makes a user who may do everything; the password comes from the terminal or stdin."""
    return Plan("admin", (ADMIN_MODULE, username), {"BANK_AMQP_URL": servers.amqp_url(OPERATOR)})


def http_process(name: str, port: int, host: str = "127.0.0.1") -> tuple[str, ...]:
    """The gateway or a service as arguments of `python -m`, here and in a container alike."""
    module = "gateway.app:app" if name == GATEWAY else f"services.{name}.app:app"
    place = ("--host", host, "--port", str(port))
    # Both bounded: a stop must not wait for a caller who keeps his connection open.
    quiet = ("--no-access-log", "--log-level", "warning", "--no-server-header")
    grace = ("--timeout-graceful-shutdown", "2", "--timeout-keep-alive", "65")
    server = ("--loop", "uvloop", "--http", "infra.process.connections:BoundedProtocol")
    # Without a proxy that we were told of, what a caller says of its address is not heard.
    proxies = ConnectionSettings().trusted_proxies
    heard = ("--forwarded-allow-ips", proxies) if proxies else ("--no-proxy-headers",)
    return ("uvicorn", module, *place, *server, *heard, *quiet, *grace)
