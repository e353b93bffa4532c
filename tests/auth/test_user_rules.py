import pytest

from contracts.envelope import Role
from services.auth.domain.users import (
    CustomerMismatch,
    CustomerRoleFixed,
    OwnUser,
    ends_sessions,
    require_customer_fits,
    takes_an_admin,
    update,
)
from tests.auth.world import user

SOMEBODY = "somebody else"
ASHA = user()
ADMIN = user(role=Role.ADMIN)


def test_a_customers_user_names_the_customer_and_no_other_user_does() -> None:
    require_customer_fits(Role.CUSTOMER, 1)
    require_customer_fits(Role.TELLER, None)

    for role, customer_id in [(Role.CUSTOMER, None), (Role.TELLER, 1), (Role.SYSTEM, 1)]:
        with pytest.raises(CustomerMismatch):
            require_customer_fits(role, customer_id)


def test_what_is_not_named_stays_as_it_is() -> None:
    assert update(ASHA, None, None, by=SOMEBODY) == ASHA
    assert update(ASHA, Role.MANAGER, None, by=SOMEBODY) == user(role=Role.MANAGER)
    assert update(ASHA, None, False, by=SOMEBODY) == user(is_active=False)


def test_nobody_changes_himself_though_he_may_say_what_is_so_already() -> None:
    with pytest.raises(OwnUser):
        update(ADMIN, None, False, by=str(ADMIN.uuid))
    with pytest.raises(OwnUser):
        update(ASHA, Role.ADMIN, None, by=str(ASHA.uuid))

    assert update(ADMIN, Role.ADMIN, True, by=str(ADMIN.uuid)) == ADMIN


@pytest.mark.parametrize(
    ("before", "role"),
    [(ASHA, Role.CUSTOMER), (user(role=Role.CUSTOMER, customer_id=1), Role.TELLER)],
)
def test_no_customer_becomes_staff_and_no_staff_a_customer(before: object, role: Role) -> None:
    with pytest.raises(CustomerRoleFixed):
        update(before, role, None, by=SOMEBODY)  # type: ignore[arg-type]


def test_sessions_end_with_the_role_or_the_user_they_were_opened_for() -> None:
    switched_off = user(is_active=False)

    assert ends_sessions(ASHA, user(role=Role.AUDITOR))
    assert ends_sessions(ASHA, switched_off)
    assert not ends_sessions(ASHA, ASHA)
    assert not ends_sessions(switched_off, ASHA)


def test_an_admin_is_lost_when_he_is_switched_off_or_given_another_role() -> None:
    assert takes_an_admin(ADMIN, user(role=Role.ADMIN, is_active=False))
    assert takes_an_admin(ADMIN, ASHA)
    assert not takes_an_admin(ADMIN, ADMIN)
    assert not takes_an_admin(user(role=Role.ADMIN, is_active=False), ASHA)
    assert not takes_an_admin(ASHA, ADMIN)
