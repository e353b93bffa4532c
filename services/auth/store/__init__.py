"""Every SQL statement of auth, split along its nouns."""

from services.auth.store.attempts import AttemptStatements
from services.auth.store.customers import CustomerStatements
from services.auth.store.keys import KeyStatements
from services.auth.store.partners import PartnerStatements
from services.auth.store.sessions import SessionStatements
from services.auth.store.users import UserStatements


class AuthStore(
    UserStatements,
    SessionStatements,
    AttemptStatements,
    CustomerStatements,
    KeyStatements,
    PartnerStatements,
):
    """READ COMMITTED is relied on: a statement after a lock sees what its holder committed."""


__all__ = ["AuthStore"]
