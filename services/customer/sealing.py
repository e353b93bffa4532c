"""Identity numbers, sealed at rest and found again by a keyed digest; they come here in boxes.

A sealed number is bound to its column and customer, so that a value copied to another customer's
row does not open. The digest has a key of its own: an Aadhaar number has so few digits that whoever
could compute a plain hash could try them all.
"""

import hmac
from functools import cache
from uuid import UUID

from pydantic import SecretStr

from infra.data.boxes import BoxKey
from infra.data.sealing import Sealer, derived_key
from infra.process.settings import Settings

_TABLE = "customers"


class Vault:
    def __init__(self, secret: SecretStr) -> None:
        self._sealer = Sealer(secret, "customer.seal")
        self._index_key = derived_key(secret, "customer.blind-index")

    def seal(self, plain: str, column: str, customer: UUID) -> bytes:
        return self._sealer.seal(plain.encode(), _TABLE, column, str(customer))

    def open(self, sealed: bytes, column: str, customer: UUID) -> str:
        """The plain value.

        Raises:
            WrongSecret: sealed by a process with another secret.
            InvalidTag: changed, or moved here from another column or customer.
        """
        return self._sealer.open(sealed, _TABLE, column, str(customer)).decode()

    def digest(self, plain: str, column: str) -> bytes:
        """Equal for equal values of a column: what uniqueness is judged by."""
        return hmac.digest(self._index_key, f"{_TABLE}.{column}:{plain}".encode(), "sha256")


@cache
def vault() -> Vault:
    """This process's vault."""
    return Vault(Settings().secret)


@cache
def box_key() -> BoxKey:
    """What opens the numbers that others seal for this service."""
    return BoxKey(Settings().secret, "customer.boxes")
