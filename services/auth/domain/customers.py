"""Which customers may sign in: those whose status is ACTIVE and whose papers were not rejected."""

from contracts.customer import Customer, CustomerStatus, KycStatus
from contracts.envelope import Forbidden


class CustomerStopped(Forbidden):
    """You cannot sign in at present; please speak to your branch."""


def may_sign_in(customer: Customer) -> bool:
    is_active = customer.status is CustomerStatus.ACTIVE
    return is_active and customer.kyc_status is not KycStatus.REJECTED
