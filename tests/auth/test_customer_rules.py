"""Whose customer's state lets a person sign in."""

from types import SimpleNamespace
from typing import cast

import pytest

from contracts.customer import Customer, CustomerStatus, KycStatus
from services.auth.domain.customers import may_sign_in


@pytest.mark.parametrize("status", CustomerStatus)
@pytest.mark.parametrize("papers", KycStatus)
def test_only_active_customers_whose_papers_were_not_rejected_sign_in(
    status: CustomerStatus, papers: KycStatus
) -> None:
    customer = cast(Customer, SimpleNamespace(status=status, kyc_status=papers))

    allowed = status is CustomerStatus.ACTIVE and papers is not KycStatus.REJECTED

    assert may_sign_in(customer) is allowed
