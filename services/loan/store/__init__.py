"""Every SQL statement of the loan service.

products      loan products with their versions
loans         loans as they were applied for, decided and found
happenings    what happens to loans, and what is booked for them
standings     what follows from that: how they stand, and their instalments
histories     what has happened to them, as it is told
days          the ends of days, of many loans at once
benchmarks    benchmarks, and the loans that float with one
borrowers     borrowers with several loans
collecting    loans that are overdue
provisioning  the rates at which the bank provides for loans
verifying     what is kept of loans, to be held against their terms and events
movements     movements of their money that are under way or over
"""

from infra.data.database import Connection
from infra.sagas.repertoire import Repertoire
from services.loan.sagas import ACCRUAL, RETIRED, SAGAS_OF_LOANS
from services.loan.store.benchmarks import BenchmarkRates
from services.loan.store.borrowers import Borrowers
from services.loan.store.collecting import ToCollect
from services.loan.store.days import Days
from services.loan.store.histories import Histories
from services.loan.store.movements import Movements
from services.loan.store.provisioning import ProvisionRates
from services.loan.store.standings import Standings
from services.loan.store.verifying import Verifying

SAGAS = Repertoire("loan", [*SAGAS_OF_LOANS, ACCRUAL, *RETIRED])


class LoanStore(
    Borrowers,
    BenchmarkRates,
    Standings,
    Histories,
    Movements,
    Days,
    ToCollect,
    ProvisionRates,
    Verifying,
):
    """Loans, on the connection of the present unit of work."""

    def __init__(self, db: Connection) -> None:
        super().__init__(db)
        self.sagas = SAGAS.runs(db)


__all__ = ["SAGAS", "LoanStore"]
