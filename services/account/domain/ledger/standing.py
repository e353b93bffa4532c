"""What a customer's status and the look at his papers mean for his money.

             paid into   paid out of, held
ACTIVE       yes         yes
SUSPENDED    yes         no
REJECTED     yes         no; his papers were looked at and refused
CLOSED       no          no
"""

from enum import StrEnum

from contracts.customer import Customer, CustomerStatus, KycStatus


class Standing(StrEnum):
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    REJECTED = "REJECTED"
    CLOSED = "CLOSED"


def standing_of(customer: Customer) -> Standing:
    """The strictest that applies."""
    if customer.status is not CustomerStatus.ACTIVE:
        return Standing(customer.status.value)
    if customer.kyc_status is KycStatus.REJECTED:
        return Standing.REJECTED
    return Standing.ACTIVE
