"""How much may leave an account at once, in a day, and in a day through one channel.

Withdrawals, transfers out and holds count, on the business date they are made; a capture adds
nothing to what its hold has used, and what a hold gives back on the same day can be used again.
Entries that our services or managers post do not count: they are the bank's own decisions.
"""

from contracts.account.values import Channel
from contracts.envelope import STAFF, Role, Subject
from services.account.domain.ledger.accounts import LedgerAccount
from services.account.domain.ledger.books import Books
from services.account.domain.ledger.holds import Hold
from services.account.domain.refusals import LimitExceeded


def channel_of(subject: Subject) -> Channel:
    """Where the subject's instructions come in."""
    if subject.role in STAFF:
        return Channel.BRANCH
    return Channel.ONLINE if subject.role is Role.CUSTOMER else Channel.SYSTEM


def check_limits(books: Books, account: LedgerAccount, channel: Channel, amount_minor: int) -> None:
    """Ask whether the amount may leave the account today.

    Raises:
        LimitExceeded: it is above the limit of one transaction, of the day, or of the channel.
    """
    limits = account.limits
    if limits is None:
        return
    if limits.transaction_minor is not None and amount_minor > limits.transaction_minor:
        raise LimitExceeded("The amount is above the limit of one transaction.")
    if limits.daily_minor is not None:
        used_minor = sum(books.used.get((account.id, each), 0) for each in Channel)
        if used_minor + amount_minor > limits.daily_minor:
            raise LimitExceeded("The amount is above what is left of the daily limit.")
    if channel in limits.channel_daily_minor:
        used_minor = books.used.get((account.id, channel), 0)
        if used_minor + amount_minor > limits.channel_daily_minor[channel]:
            raise LimitExceeded(f"The amount is above what is left for {channel} today.")


def use_limits(books: Books, account: LedgerAccount, channel: Channel, amount_minor: int) -> None:
    """Count an amount that leaves the account, or a negative one that comes back."""
    if account.limits is not None and account.limits.are_daily:
        key = (account.id, channel)
        books.used[key] = books.used.get(key, 0) + amount_minor
        books.changed_usage.add(key)


def give_back_limits(books: Books, hold: Hold, amount_minor: int) -> None:
    """What a hold did not need counts no longer, if it was counted today."""
    if hold.account is not None and hold.placed_on == books.business_date:
        use_limits(books, hold.account, hold.channel, -amount_minor)
