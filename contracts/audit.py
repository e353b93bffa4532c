"""What every service says of its audit trail, each for itself."""

from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.envelope import Event
from contracts.topology import SERVICES


class AuditSealed(Event):
    """So many rows of a service's audit trail are chained, and the last one has this hash.

    Heard by those who keep the heads of others. One that is lost is made good by the next.
    """

    senders = frozenset(SERVICES)
    must_be_heard = False

    service: str
    number: Annotated[int, Field(ge=1)]  # of the last row, from 1
    hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]  # SHA-256

    @property
    def aggregate(self) -> str:
        return f"audit:{self.service}"
