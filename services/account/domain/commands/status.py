"""How an account's status may change: freely between all of them, until CLOSED, which is final."""

from contracts.account.accounts import Account, AccountStatusChanged, ChangeAccountStatus
from contracts.account.values import AccountStatus
from infra.handling.context import Context
from services.account.domain.ledger.accounts import LedgerAccount
from services.account.domain.ledger.books import Books
from services.account.domain.refusals import AccountClosed, AccountHasBalance, AccountHasHolds


def change_account_status(
    books: Books, command: ChangeAccountStatus, context: Context
) -> AccountStatusChanged:
    """Give an account another status; closing needs a balance of zero and no open hold."""
    account = books.of_customer(command.account_number, context.subject)
    if account.status is AccountStatus.CLOSED:
        raise AccountClosed
    if command.status is AccountStatus.CLOSED:
        if account.held_minor != 0:
            raise AccountHasHolds
        if account.posted_minor != 0:
            raise AccountHasBalance

    was, account.status = account.status, command.status
    books.changed_status.add(account.number)
    described = _described(books, account)
    return AccountStatusChanged(
        account_number=account.number,
        customer_id=described.customer_id,
        was=was,
        status=account.status,
        reason=command.reason,
        changed_by=context.subject.id,
        account=described,
    )


def _described(books: Books, account: LedgerAccount) -> Account:
    profile = books.profiles[account.number]
    assert account.customer_id is not None
    assert account.branch_code is not None
    return Account(
        id=account.id,
        uuid=profile.uuid,
        account_number=account.number,
        customer_id=account.customer_id,
        account_type=profile.account_type,
        product_code=profile.product_code,
        product_version=profile.product_version,
        currency=account.currency,
        branch_code=account.branch_code,
        ifsc_code=profile.ifsc_code,
        status=account.status,
        balance_minor=account.posted_minor,
        held_minor=account.held_minor,
        available_minor=account.available_minor,
        overdraft_limit_minor=account.overdraft_minor or 0,
        opened_at=profile.opened_at,
        updated_at=books.now,
    )
