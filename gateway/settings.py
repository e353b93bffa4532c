"""What the gateway is told by its environment, beside what every process is told."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from contracts.topology import SERVICES
from infra.process.settings import Settings

Origin = Annotated[str, Field(pattern=r"^https?://[^/*\s]+$")]


class GatewaySettings(Settings):
    """`BANK_SECRET` signs operation ids: all gateway processes of one bank share it."""

    data: Path = Path(".bank/data/gateway")
    port: int = 8000
    monitor_url: str | None = None  # where the broker tells how full its queues are
    port_base: int = 8000  # services listen above it, in the order of contracts.topology.SERVICES
    service_urls: dict[str, str] = Field(default_factory=dict)  # where not at the default place
    public_url: Origin | None = None  # where people reach it, for receipts; None: on loopback
    # From one address, which may be a branch with many people behind it.
    sign_ins_per_minute: int = Field(default=300, gt=0)  # logging in and refreshing
    public_calls_per_minute: int = Field(default=2_000, gt=0)  # health, keys, documents: each cheap
    metrics_from: tuple[str, ...] = ()  # addresses beside loopback that may read /metrics
    cors_origins: tuple[Origin, ...] = ()  # none: browsers of other sites are refused

    @property
    def own_url(self) -> str:
        return self.public_url or f"http://127.0.0.1:{self.port}"

    def health_url(self, service: str) -> str:
        default = f"http://127.0.0.1:{self.port_base + 1 + SERVICES.index(service)}"
        return self.service_urls.get(service, default).rstrip("/") + "/health"
