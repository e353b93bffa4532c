"""The loan service's messages.

quotes         what a loan would cost
products       loan products and the versions of their terms
benchmarks     rates of the market that floating loans follow
provisioning   the rates at which the bank provides for loans
applications   loans applied for
deciding       applications approved, rejected, given up
disbursing     loans paid out
cooling_off    loans given back within the days to think
topping_up     further amounts lent on running loans
repaying       repayments taken, taken back, given back
relieving      waivers, losses, schedules made anew
telling        a loan on a date, told
happening      what all that happens to a loan has in common
moving         what all movements of loans' money have in common
reading        loans found
control        whether all loans agree with the ledger
differences    what late events have changed of a loan
versions       versions of schedules, which stay readable
shown          loans found for whoever may know of them, and as replies
day            the business day, as heard
collecting     instalments debited on the day they are due
classifying    borrowers classified with all of their loans
end_of_day     what a day that is over means for loans
"""

from services.loan.handlers import (
    applications,
    benchmarks,
    collecting,
    control,
    cooling_off,
    day,
    deciding,
    differences,
    disbursing,
    end_of_day,
    moving,
    products,
    provisioning,
    quotes,
    reading,
    relieving,
    repaying,
    telling,
    topping_up,
    versions,
)
from services.loan.handlers.registry import service

__all__ = [
    "applications",
    "benchmarks",
    "collecting",
    "control",
    "cooling_off",
    "day",
    "deciding",
    "differences",
    "disbursing",
    "end_of_day",
    "moving",
    "products",
    "provisioning",
    "quotes",
    "reading",
    "relieving",
    "repaying",
    "service",
    "telling",
    "topping_up",
    "versions",
]
