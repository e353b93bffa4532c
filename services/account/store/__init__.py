"""Every SQL statement of the account service.

locking     the books of a batch, loaded under lock
recording   what a batch adds to the books, written in few statements
accounts    accounts as people see them, and their opening
ledger      postings and entries as people see them
turnover    the trial balance, and what it is summed from
holds       holds as people see them, and those that are over
products    branches, and products with the versions of their terms
customers   what each customer's standing allows
days        the business days, and which one is open
dated       terms that hold from a date on
daily       what accounts held at the ends of business dates
bulk        files of transfers and their lines
"""

from services.account.store.accounts import Accounts
from services.account.store.bulk import BulkFilesOfTransfers
from services.account.store.customers import Customers
from services.account.store.daily import DailyBalances
from services.account.store.dated import DatedTerms
from services.account.store.days import Days
from services.account.store.holds import HoldsOfAccounts
from services.account.store.ledger import Ledger
from services.account.store.locking import Locking
from services.account.store.products import BranchesAndProducts
from services.account.store.recording import Recording
from services.account.store.turnover import Turnover


class AccountStore(
    Locking,
    Recording,
    Accounts,
    Ledger,
    Turnover,
    HoldsOfAccounts,
    BranchesAndProducts,
    Customers,
    Days,
    DailyBalances,
    DatedTerms,
    BulkFilesOfTransfers,
):
    """All of it, on the connection and transaction of one unit of work."""
