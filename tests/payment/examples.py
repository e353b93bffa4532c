"""One payment of Alice's to another bank, and everything that may be answered about it."""

from uuid import UUID

from contracts.account.holds import HoldCaptured, HoldPlaced, HoldReleased
from contracts.account.movements import EntryPosted, EntryReversed
from contracts.envelope import Refused
from contracts.payment.values import Beneficiary, Rail
from contracts.rail.imps import RailAccepted, RailRefused, RailUnaware
from services.payment.sagas import PaymentOrder, sagas_by_rail
from services.payment.settings import PaymentSettings
from tests.builders import ALICE, an, customer, inr

BY_RAIL = sagas_by_rail(PaymentSettings())
IMPS = BY_RAIL[Rail.IMPS]
PAYMENT_ID = UUID(int=42)
CAROL = Beneficiary(name="Carol", account_number="5550009999", ifsc="HDFC0002255")
CAROLS_ADDRESS = Beneficiary(name="Carol", vpa="carol@okaxis")
PAYMENT_OF_500 = PaymentOrder(
    payment_id=PAYMENT_ID,
    payer=customer(),
    from_account=ALICE,
    beneficiary=CAROL,
    amount=inr("500"),
    description="rent",
)


def payee(rail: Rail) -> Beneficiary:
    """Carol, as this rail finds her."""
    return CAROLS_ADDRESS if rail is Rail.UPI else CAROL


HELD = an(HoldPlaced)
CAPTURED = an(HoldCaptured)
RELEASED = an(HoldReleased)
SET_ASIDE = an(EntryPosted)
REVERSED = an(EntryReversed)
NO_FUNDS = Refused(code="insufficient-funds", detail="Not enough money.")
CLOSED = Refused(code="account-closed", detail="The account is closed.")
ACCEPTED = RailAccepted(transfer_id=PAYMENT_ID, rail_reference="IMPS000000000042")
REJECTED = RailRefused(transfer_id=PAYMENT_ID, code="unknown-beneficiary", detail="No account.")
UNAWARE = RailUnaware(transfer_id=PAYMENT_ID)
