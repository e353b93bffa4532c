"""How long payments wait for others; `BANK_PAYMENT_RAIL_SECONDS=1` and so on."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class PaymentSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BANK_PAYMENT_", extra="ignore")

    # The account service answers in milliseconds. A payment that finds it down should outlast a
    # restart, and fail while its payer still remembers it.
    account_seconds: float = Field(default=30.0, gt=0)
    rail_seconds: float = Field(default=5.0, gt=0)  # before the rail is asked what became of it
    # In which a rail answers for each transfer of a batch, after its cut-off: two hours by the
    # rules of NEFT.
    batch_seconds: float = Field(default=7200.0, gt=0)
    # Other banks answer a recall within days; a person sees it after five waits, a day and more.
    recall_seconds: float = Field(default=3600.0, gt=0)
    seconds_max: float = Field(default=60.0, gt=0)  # the longest wait after the first
