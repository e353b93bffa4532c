"""How long movements of loans' money wait for the books: `BANK_LOAN_ACCOUNT_SECONDS=1`."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class LoanSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BANK_LOAN_", extra="ignore")

    # The account service answers in milliseconds; what it does not answer is sent again.
    account_seconds: float = Field(default=5.0, gt=0)
    seconds_max: float = Field(default=60.0, gt=0)  # the longest wait between two attempts
