"""Users: who may be created, what may change, and by whom."""

from dataclasses import dataclass
from datetime import datetime

from contracts.auth import User
from contracts.envelope import Conflict, DomainError, Forbidden, NotFound, Role


class UsernameTaken(Conflict):
    """This username is taken."""


class UnknownUser(NotFound):
    """There is no such user."""


class UnknownCustomer(DomainError):
    """There is no such customer."""


class UnknownBranch(DomainError):
    """There is no such branch."""


class CustomerMismatch(DomainError):
    """A user of role CUSTOMER needs customer_id, and no other user may have one."""


class CustomerRoleFixed(Conflict):
    """A customer's user stays a customer's: staff get users of their own."""


class OwnUser(Forbidden):
    """Nobody changes his own role or switches himself off."""


class LastAdmin(Conflict):
    """The bank would be left without an active administrator."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user with what proves him; never leaves this service."""

    user: User
    password_hash: str
    password_set_at: datetime  # an upgraded hash of the same password leaves it as it is


def require_customer_fits(role: Role, customer_id: int | None) -> None:
    if (role is Role.CUSTOMER) != (customer_id is not None):
        raise CustomerMismatch


def update(user: User, role: Role | None, is_active: bool | None, *, by: str) -> User:
    """The user after the change that the user with the uuid `by` asks for.

    Raises:
        OwnUser: he asks it for himself.
        CustomerRoleFixed: a customer would become staff, or staff a customer.
    """
    wanted_role = user.role if role is None else role
    wanted_active = user.is_active if is_active is None else is_active
    after = user.model_copy(update={"role": wanted_role, "is_active": wanted_active})
    if after == user:
        return user
    if str(user.uuid) == by:
        raise OwnUser
    if (after.role is Role.CUSTOMER) != (user.role is Role.CUSTOMER):
        raise CustomerRoleFixed
    return after


def takes_an_admin(before: User, after: User) -> bool:
    """True when the bank has one active administrator less after this change."""
    return _is_active_admin(before) and not _is_active_admin(after)


def ends_sessions(before: User, after: User) -> bool:
    """True when tokens given to the user before would now claim too much."""
    return after.role is not before.role or (before.is_active and not after.is_active)


def _is_active_admin(user: User) -> bool:
    return user.is_active and user.role is Role.ADMIN
