"""What every process is told by its environment; a service adds its own in its settings.py."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Environment variables with the prefix `BANK_`: `BANK_POSTGRES_URL`, `BANK_AMQP_URL` …"""

    model_config = SettingsConfigDict(env_prefix="BANK_", extra="ignore")

    postgres_url: str = "postgresql://127.0.0.1:8090/bank"  # as this service's own role
    amqp_url: str = "amqp://127.0.0.1:8091/bank"  # as this service's own broker user
    secret: SecretStr = Field(default=SecretStr(""), min_length=0)  # 64 hex digits, own per process
    data: Path = Path(".bank/data")  # a folder of this process alone
    port: int = 0
    log_level: str = "INFO"
    # Database connections of one process: two lanes of handlers that stand alone, hashes, the rest.
    pool_size: int = Field(default=18, ge=4, le=50)
    watchdog_seconds: float = 15.0  # a process without its consumers for so long ends itself
