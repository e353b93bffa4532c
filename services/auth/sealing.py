"""Private keys at rest: sealed under a key that is derived from BANK_SECRET."""

from functools import cache

from infra.data.sealing import Sealer
from infra.process.settings import Settings

PURPOSE = "auth.seal"


@cache
def sealer() -> Sealer:
    """This process's sealer."""
    return Sealer(Settings().secret, PURPOSE)
