"""Every case of the contract: what is sent, and what has to come of it."""

import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from infra.deployment.conformance.sender import BALANCE, PAYMENT, STATEMENT, Properties, Sender

BODY_BYTES_MAX = 16 * 1024
OLD_SECONDS = 600  # five minutes are allowed
HUGE = "999999999999"  # above any sensible limit of a command
NO_ACCOUNT = "AC-20000101-999999"
CUT_OFF, NO_ANSWER, REPLAYED = "cut off by the broker", "no answer", "replayed"


@dataclass(frozen=True)
class Case:
    """One message, and what is answered: a code, a type, or that the broker takes nothing."""

    name: str
    make: Callable[[Sender], Properties]
    expected: str
    exchange: str | None = None  # None: the partner's own
    is_judged: bool = False  # its form is good, so that the partner's registration counts
    is_first: bool = False  # what is answered again later has to be the same

    def expected_of(self, sender: Sender) -> str:
        is_allowed = not self.is_judged or self.make(sender)["type"] in sender.plan.types
        return self.expected if is_allowed else "type-not-allowed"


def cases(*, closes: bool = False) -> Iterator[Case]:
    """In the order in which they are to be sent: with two bad signatures, which every lane has to
    bear in a minute, or with so many that it `closes` by itself."""
    yield from _GOOD
    yield from _NOT_ALLOWED
    yield from _NOT_OF_THE_FORM
    yield from _ELSEWHERE
    yield from _NOT_ITS_OWN
    if closes:
        yield from _CLOSING


_GOOD = (
    Case(
        "a transfer", lambda s: s.message(s.transfer(), message_id=s.first_id),
        "transfer-made.v1", is_judged=True, is_first=True,
    ),
    Case(
        "the same again, signed anew", lambda s: s.message(s.transfer(), message_id=s.first_id),
        f"transfer-made.v1, {REPLAYED}", is_judged=True,
    ),
    Case(
        "its id with another body",
        lambda s: s.message(s.transfer(description="another"), message_id=s.first_id),
        "message-id-reused", is_judged=True,
    ),
    Case(
        "a balance", lambda s: s.message({"account_number": s.plan.debit}, BALANCE),
        "balance.v1", is_judged=True,
    ),
    Case(
        "a statement",
        lambda s: s.message({"account_number": s.plan.debit, "limit": 1}, STATEMENT),
        "statement.v1", is_judged=True,
    ),
)  # fmt: skip
_NOT_ALLOWED = (
    Case(
        "above its limit", lambda s: s.message(s.transfer(amount=HUGE)),
        "amount-above-limit", is_judged=True,
    ),
    Case(
        "an account that is not its own", lambda s: s.message(s.transfer(from_account=NO_ACCOUNT)),
        "account-not-allowed", is_judged=True,
    ),
    Case(
        "the balance of such an account",
        lambda s: s.message({"account_number": NO_ACCOUNT}, BALANCE),
        "account-not-allowed", is_judged=True,
    ),
    Case(
        "a payment above its limit", lambda s: s.message(s.payment(amount=HUGE), PAYMENT),
        "amount-above-limit", is_judged=True,
    ),
    Case(
        "to an account that is not there", lambda s: s.message(s.transfer(to_account=NO_ACCOUNT)),
        "payee-unavailable", is_judged=True,
    ),
)  # fmt: skip
_NOT_ITS_OWN = (
    Case("ten minutes old", lambda s: s.message(s.transfer(), age_seconds=OLD_SECONDS),
         "stale-message"),
    Case("of the future", lambda s: s.message(s.transfer(), age_seconds=-OLD_SECONDS),
         "stale-message"),
    Case("no signature", lambda s: _headers(s, signature=None), "malformed-headers"),
    Case("no sender", lambda s: s.message(s.transfer()) | {"user_id": None}, "sender-missing"),
    Case("a body changed on its way",
         lambda s: s.message(s.transfer()) | {"body": _raw(s.transfer(description="new"))},
         "bad-signature"),
    Case("a key that the bank does not know", lambda s: _headers(s, **{"key-id": "no-such-key"}),
         "key-not-known"),
)  # fmt: skip
_CLOSING = (
    Case("signed by another key, the third bad",
         lambda s: s.message(s.transfer(), key=Ed25519PrivateKey.generate()), "bad-signature"),
    Case("a good one behind three bad ones", lambda s: s.message(s.transfer()),
         "partner-suspended"),
)  # fmt: skip
_NOT_OF_THE_FORM = (
    Case("a type that there is not", lambda s: s.message(s.transfer(), "open-vault.v1"),
         "unknown-type"),
    Case("a body too large", lambda s: s.message(b" " * (BODY_BYTES_MAX + 1)), "body-too-large"),
    Case("a compressed body",
         lambda s: s.message(zlib.compress(_raw(s.transfer()))) | {"content_encoding": "deflate"},
         "malformed-headers"),
    Case("no JSON", lambda s: s.message(b"{"), "malformed-body"),
    Case("an unknown field", lambda s: s.message(s.transfer(subject="ADMIN")), "malformed-body"),
    Case("an amount that is a JSON number", lambda s: s.message(s.transfer(amount=1)),
         "malformed-body"),
    Case("a payment to nobody", lambda s: s.message(s.payment(beneficiary={}), PAYMENT),
         "malformed-body"),
    Case("a fraction of the smallest coin", lambda s: s.message(s.transfer(amount="0.0001")),
         "invalid-amount"),
)  # fmt: skip
_ELSEWHERE = (
    Case("as another user", lambda s: s.message(s.transfer()) | {"user_id": "gateway"}, CUT_OFF),
    Case("to the default exchange", lambda s: s.message(s.transfer()), CUT_OFF, exchange=""),
)


def _raw(body: dict[str, object]) -> bytes:
    return json.dumps(body).encode()


def _headers(sender: Sender, **changes: str | None) -> Properties:
    good = sender.message(sender.transfer())
    return good | {"headers": good["headers"] | changes}
