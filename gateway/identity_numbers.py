"""Identity numbers leave the edge sealed for the customer service, which alone can open them."""

import time
from collections.abc import Mapping
from uuid import UUID

from pydantic import SecretStr

from contracts.customer import ChangeIdentityNumbers, CreateCustomer, GetSealingKey, SealingKey
from gateway.asker import EDGE, Asker
from gateway.problems import unavailable
from infra.bus.ask import NoAnswer, Unavailable
from infra.data.boxes import BoxMaker

KEY_SECONDS = 60.0  # a key is asked for again after this time
ASK_SECONDS = 5.0


class IdentityNumbers:
    """Seals, with the key that the customer service told last."""

    def __init__(self, asker: Asker, secret: SecretStr) -> None:
        self._asker = asker
        self._maker = BoxMaker(secret, "gateway.boxes")
        self._public_key = ""
        self._ask_at = 0.0  # of the monotonic clock

    async def sealed(
        self,
        kind: type[CreateCustomer] | type[ChangeIdentityNumbers],
        message_id: UUID,
        numbers: Mapping[str, str | None],
    ) -> dict[str, str | None]:
        """The same fields for this message, each text in a box; equal for equal arguments.

        Raises:
            Problem: 503, the customer service told no key.
        """
        given = {field: number for field, number in numbers.items() if number}
        if not given:
            return {}
        key = await self._key()
        return {
            field: self._maker.seal(number, key, *kind.place_of(field, message_id))
            for field, number in given.items()
        }

    async def _key(self) -> str:
        if time.monotonic() >= self._ask_at:
            try:
                reply = await self._asker.ask(
                    GetSealingKey(), subject=EDGE, wait_seconds=ASK_SECONDS
                )
            except (Unavailable, NoAnswer) as error:
                raise unavailable() from error
            if not isinstance(reply.message, SealingKey):
                raise unavailable()
            self._public_key = reply.message.public_key
            self._ask_at = time.monotonic() + KEY_SECONDS
        return self._public_key
