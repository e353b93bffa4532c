"""Questions about accounts and the books; a customer is shown his own only."""

from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter
from uuid import UUID

from contracts.account.accounts import (
    Account,
    Accounts,
    Balance,
    GetAccount,
    GetBalance,
    ListAccounts,
    ListPostings,
    Postings,
)
from contracts.account.books import GetTrialBalance, TrialBalance
from contracts.account.holds import GetHold, Hold, Holds, ListHolds
from contracts.account.movements import Entry, GetEntry
from contracts.account.values import EntrySide
from contracts.envelope import Role, Subject
from infra.data.paging import ROW_NUMBERS, TIMES_AND_IDS, id_before, page_of, page_of_read
from infra.handling.context import Context
from infra.runtime.clock import BUSINESS_ZONE
from services.account.domain.refusals import EntryNotFound, HoldNotFound, UnknownAccount
from services.account.handlers.registry import service
from services.account.store import AccountStore

_HIDDEN = {"sequence": None, "balance_after_minor": None}  # they tell what somebody else has done


@service.answers(GetAccount)
async def get_account(query: GetAccount, store: AccountStore, context: Context) -> Account:
    """One customer's account with its balances."""
    account = await store.account(query.account_number)
    if account is None or not context.subject.may_touch(account.customer_id):
        raise UnknownAccount
    return account


@service.answers(ListAccounts)
async def list_accounts(query: ListAccounts, store: AccountStore, context: Context) -> Accounts:
    """Customers' accounts, newest first."""
    found = await store.accounts(
        customer_id=context.subject.visible_customer(query.customer_id),
        status=query.status,
        before=id_before(query.cursor),
        limit=query.limit + 1,
    )
    page, following = page_of(found, query.limit, attrgetter("id"), ROW_NUMBERS)
    return Accounts(items=page, next_cursor=following)


@service.answers(GetBalance)
async def get_balance(query: GetBalance, store: AccountStore, context: Context) -> Balance:
    """Now, or as booked at the end of a past business date, when nothing is shown as held."""
    standing = await store.standing(query.account_number)
    if standing is None or not context.subject.may_touch(standing.customer_id):
        raise UnknownAccount
    posted_minor, held_minor, as_of = standing.posted_minor, standing.held_minor, context.now
    if query.as_of is not None and query.as_of < context.business_date:
        posted_minor = await store.balance_as_of(standing.account_id, query.as_of)
        held_minor = 0
        as_of = min(_end_of(query.as_of), context.now)  # a day may be closed before it ends
    return Balance(
        account_number=query.account_number,
        currency=standing.currency,
        balance_minor=posted_minor,
        held_minor=held_minor,
        available_minor=posted_minor - held_minor + standing.overdraft_minor,
        as_of=as_of,
    )


@service.answers(ListPostings)
async def list_postings(query: ListPostings, store: AccountStore, context: Context) -> Postings:
    """One account's postings with their running balance, newest first.

    A page may hold fewer than `limit` and still have a next one; the end is where no cursor
    follows.
    """
    standing = await store.standing(query.account_number)
    if standing is None or not context.subject.may_touch(standing.customer_id):
        raise UnknownAccount
    found = await store.postings(
        standing.account_id, query, before=id_before(query.cursor), limit=query.limit + 1
    )
    page, following = page_of_read(found, query.limit, attrgetter("sequence"), ROW_NUMBERS)
    return Postings(items=page, next_cursor=following)


@service.answers(GetEntry)
async def get_entry(query: GetEntry, store: AccountStore, context: Context) -> Entry:
    """A booked entry, as its reader may see it."""
    return await visible_entry(query.entry_id, store, context.subject)


async def visible_entry(entry_id: UUID, store: AccountStore, reader: Subject) -> Entry:
    """A customer sees both sides of an entry between two accounts, else his own, and nobody else's
    balance.

    Raises:
        EntryNotFound: there is none, or not for him.
    """
    entry = await store.entry(entry_id)
    if entry is None:
        raise EntryNotFound
    if reader.role is not Role.CUSTOMER:
        return entry
    owners = await store.owners([side.account_number for side in entry.postings])
    own = {number for number, owner in owners.items() if reader.may_touch(owner)}
    if not own:
        raise EntryNotFound
    is_pair = len(entry.postings) == 2
    shown = [
        side if side.account_number in own else _without_balance(side)
        for side in entry.postings
        if is_pair or side.account_number in own
    ]
    return entry.model_copy(update={"postings": tuple(shown)})


def _without_balance(side: EntrySide) -> EntrySide:
    return side.model_copy(update=_HIDDEN)


@service.answers(GetHold)
async def get_hold(query: GetHold, store: AccountStore, context: Context) -> Hold:
    """One hold, open or ended."""
    hold = await store.hold(query.hold_id)
    if hold is None:
        raise HoldNotFound
    owners = await store.owners([hold.account_number])
    if not context.subject.may_touch(owners[hold.account_number]):
        raise HoldNotFound
    return hold


@service.answers(ListHolds)
async def list_holds(query: ListHolds, store: AccountStore, context: Context) -> Holds:
    """One account's holds, newest first; pages as those of postings."""
    standing = await store.standing(query.account_number)
    if standing is None or not context.subject.may_touch(standing.customer_id):
        raise UnknownAccount
    found = await store.holds_of(standing.account_id, query, query.limit + 1)
    place = attrgetter("placed_at", "hold_id")
    page, following = page_of_read(found, query.limit, place, TIMES_AND_IDS)
    return Holds(items=page, next_cursor=following)


@service.answers(GetTrialBalance)
async def get_trial_balance(
    query: GetTrialBalance, store: AccountStore, context: Context
) -> TrialBalance:
    """Debits and credits of every line of the chart, summed from the postings themselves; those of
    dates that are over were summed when their day had ended."""
    as_of = query.as_of or context.business_date
    return TrialBalance(as_of=as_of, lines=tuple(await store.trial_balance(query.as_of)))


def _end_of(day: date) -> datetime:
    """The first moment after a business date."""
    return datetime.combine(day + timedelta(days=1), time(), BUSINESS_ZONE).astimezone(UTC)
