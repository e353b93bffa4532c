"""Borrowers who do not perform: of whom one loan does not perform, none does.

So the Reserve Bank has it (12 Nov 2021): all loans of a borrower are non-performing as soon as one
is, and perform again when all that is due on all of them is paid. The bank finds that at the end of
each day, by all that it knows then, and what it has found is an event of each loan.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from contracts.loan.servicing import ServicingRules
from contracts.loan.values import LoanState
from services.loan.domain.files import LoanFile, NewEvent
from services.loan.domain.servicing.arrears import debts_of, npa_since
from services.loan.domain.servicing.events import Classified, LoanEvent
from services.loan.domain.servicing.position import Position


@dataclass(frozen=True, slots=True)
class Borrowed:
    """A loan that was paid out, as one of several of its borrower."""

    file: LoanFile
    events: Sequence[LoanEvent]
    rules: ServicingRules


def reclassified(loans: Sequence[Borrowed], day: date) -> dict[UUID, NewEvent]:
    """What the end of a day adds to each loan whose borrower is found otherwise than before; of
    these borrowers all loans are there that were ever paid out."""
    of_customer: defaultdict[int, list[Borrowed]] = defaultdict(list)
    for each in loans:
        of_customer[each.file.customer_id].append(each)
    return {key: event for its in of_customer.values() for key, event in _of_borrower(its, day)}


def misclassified(loans: Sequence[Borrowed], day: date) -> Iterator[tuple[UUID, str]]:
    """What loans say of their borrowers and should not after the work of a day, in words; nothing
    of a borrower to whose loans something happened since, or is happening."""
    changed = {each.file.customer_id for each in loans if _has_changed(each, day)}
    rest = [each for each in loans if each.file.customer_id not in changed]
    found = reclassified(rest, day)
    for each in rest:
        event = found.get(each.file.loan_id)
        if event is not None:
            wanted = event.details["npa_since"]
            yield each.file.loan_id, f"its borrower's npa_since is {_known(each)}, derived {wanted}"


def _has_changed(loan: Borrowed, day: date) -> bool:
    since = (each for each in loan.events if not isinstance(each, Classified))
    return loan.file.operation_id is not None or any(each.booked_on > day for each in since)


def _known(loan: Borrowed) -> date | None:
    found = [each for each in loan.events if isinstance(each, Classified)]
    return found[-1].npa_since if found else None


def _of_borrower(loans: Sequence[Borrowed], day: date) -> Iterator[tuple[UUID, NewEvent]]:
    positions = {
        each.file.loan_id: each.file.position(each.events, day, each.rules) for each in loans
    }
    npa = _npa_since(positions, day)
    for each in loans:
        event = _found(each, npa, day)
        if event is not None:
            yield each.file.loan_id, event


def _npa_since(positions: Mapping[UUID, Position], day: date) -> date | None:
    """None also of a borrower who owes on one loan alone and was never found otherwise: of that
    one its own arrears say all."""
    owing = [each for each in positions.values() if each.disbursed_minor and not each.is_repaid]
    if len(owing) < 2 and not any(each.borrower_npa_since for each in owing):
        return None
    debts = [debt for each in positions.values() for debt in debts_of(each)]
    return npa_since(debts, day)


def _found(loan: Borrowed, npa: date | None, day: date) -> NewEvent | None:
    """None where it was known, or where the end of a later day has found something already."""
    later = (each for each in loan.events if each.value_date > day)
    if loan.file.state is not LoanState.ACTIVE or npa == _known(loan):
        return None
    if any(isinstance(each, Classified) for each in later):
        return None
    details = {"npa_since": npa and npa.isoformat()}
    return NewEvent(kind="classified", value_date=day, details=details)
