"""Small books that are in order, written into a scratch database: what each auditor's plant spoils.

Alice has put in 100.00, moved 10.00 to Bob, taken half of that back, paid 20.00 to another bank,
for 0.10 and 0.02 of tax, tried a payment that was refused, and has 5.00 on hold. Bob was lent 40.00
and has repaid 10.00, and 7.00 have come for him from another bank.
"""

import re
from uuid import UUID, uuid5

from contracts.rail.imps import RailAccepted, RailRefused
from contracts.topology import routing_key
from tests.builders import ALICE, BOB
from tests.chaos.auditor import RailMemory, Told
from tests.chaos.loan_checks import ToldLoan

TRANSFER = UUID(int=2)
PAID = UUID(int=11)  # the payment that was made
REFUSED = UUID(int=12)  # the payment that was not
LOAN = UUID(int=21)
PAID_OUT, REPAID = UUID(int=22), UUID(int=23)  # its movements
ACCRUAL = UUID(int=24)  # of interest; nothing else is booked of it
CREDITED = UUID(int=31)  # what another bank has paid to Bob
PAID_HOLD, REFUSED_HOLD, OPEN_HOLD = uuid5(PAID, "hold"), uuid5(REFUSED, "hold"), UUID(int=13)

TOLD = Told(
    accounts=[ALICE, BOB],
    transfers=[(TRANSFER, ALICE, BOB, 1_000)],
    payments=[(PAID, "completed", 2_000), (REFUSED, "failed", 3_000)],
)
TOLD_LOANS = [ToldLoan(LOAN, disbursed_minor=4_000, repaid_minor=1_000, repayments=1)]
RAIL = RailMemory({PAID: routing_key(RailAccepted), REFUSED: routing_key(RailRefused)})

_HOLD = """
insert into account.holds (hold_id, account_id, state, amount_minor, captured_minor, released_minor,
    reason, channel, placed_on, placed_at, ended_at, caused_by, placed_by)
select :hold, id, :state, :amount, :captured, :released, 'test', 'ONLINE', current_date, now(),
    case when :state <> 'OPEN' then now() end, gen_random_uuid(), 'payment'
from account.accounts where number = :ALICE;
"""
_ENTRY = """
insert into account.entries (entry_id, reference, kind, currency, amount_minor, description,
    booked_on, value_date, booked_at, caused_by, actor, reverses, hold_id, owner)
values (:entry, :reference, :kind, 'INR', :amount, '', current_date, current_date, now(),
    gen_random_uuid(), 'test', :reverses, :hold, 'gateway');
insert into account.postings (account_id, sequence, entry_id, leg, currency, amount_minor,
    balance_after_minor, booked_on, value_date)
select a.id, b.sequence + 1, :entry, leg, 'INR', change, b.posted_minor + change,
    current_date, current_date
from (values (1, :payer, -:amount), (2, :payee, :amount - :fee - :tax),
    (3, 'GL-FEE-INCOME-INR', :fee), (4, 'GL-GST-PAYABLE-INR', :tax)) as legs(leg, number, change)
join account.accounts a on a.number = legs.number
join account.balances b on b.account_id = a.id
where change <> 0;
"""
_PAYMENT = """
insert into payment.payments
values (:payment, :payment, 1, 'IMPS', :ALICE, :amount, 'INR',
    jsonb_build_object('fee_minor', :fee, 'gst_minor', :tax), now());
insert into payment.sagas values (:payment, 'imps', 1, :phase, 2, 'nothing', 0, 0, 2, 'code', null,
    'failed', false, false, false, '{}', null, 1, now(), now());
"""
_INCOMING = """
insert into payment.incoming_payments (credit_id, rail, transfer_id, is_reuse, customer_id,
    to_account, credit, received_at)
values (:CREDITED, 'IMPS', :CREDITED, false, 2, :BOB, '{"credit": {"amount": {"minor": 700}}}',
    now());
insert into payment.sagas values (:CREDITED, 'imps-in', 1, 'completed', 2, 'nothing', 0, 0, 2, null,
    null, 'failed', false, false, false, '{}', null, 1, now(), now());
"""
_LOAN = """
insert into loan.loan_products values ('PERSONAL', 'Personal loan', 'INR');
insert into loan.loans (loan_id, requested_by, customer_id, account_number, product_code,
    product_version, currency, principal_minor, terms, key_facts, scorecard, state, applied_by,
    applied_at, applied_on, decided_by, decided_at, disbursed_minor, disbursed_on,
    outstanding_minor, updated_at)
values (:LOAN, :LOAN, 2, :BOB, 'PERSONAL', 1, 'INR', 4000, '{}', '{}', '{}', 'active', 'teller',
    now(), current_date, 'manager', now(), 4000, current_date, 3000, now());
insert into loan.loan_books values
    (:LOAN, 'LOANS', -3000), (:LOAN, 'LOAN-INTEREST-RECEIVABLE', -7), (:LOAN, 'INTEREST-INCOME', 7);
insert into loan.accruals values (:ACCRUAL, current_date, 'booked');
"""
_MOVEMENT = """
insert into loan.sagas (saga_id, name, definition, phase, at, awaits, attempt, tries, sent, ends_as,
    is_parked, is_contradicted, needs_attention, data, version, started_at, updated_at)
values (:saga, :name, 1, 'completed', 1, 'nothing', 0, 0, 1, 'failed', false, false, false,
    jsonb_build_object('loan_id', :LOAN), 1, now(), now());
"""
_HAPPENED = """
insert into loan.loan_events (loan_id, sequence, kind, value_date, booked_on, amount_minor, details,
    made_by, caused_by, operation_id, reference, recorded_at)
values (:LOAN, :sequence, :kind, current_date, current_date, :amount, '{}', 'teller', :saga, :saga,
    :reference, now());
"""
_ACCOUNTS = """
set timezone = 'Asia/Kolkata'; -- of whose dates `current_date` is one
insert into account.branches values ('BR001', 'Main', 'Mumbai', 'BANK0000001');
insert into account.products (code, name, account_type, currency)
values ('SAVINGS', 'Savings', 'SAVINGS', 'INR');
insert into account.terms values ('SAVINGS', 1, current_date, '{}', 'test', now());
with opened as (
    insert into account.accounts (uuid, requested_by, number, customer_id, gl_code, product_code,
        product_version, account_type, currency, branch_code, opened_at)
    select gen_random_uuid(), gen_random_uuid(), number, customer_id, 'SAVINGS', 'SAVINGS', 1,
        'SAVINGS', 'INR', 'BR001', now()
    from (values (:ALICE, 1), (:BOB, 2)) as owner(number, customer_id)
    returning id
)
insert into account.balances (account_id, currency, status, overdraft_minor, updated_at)
select id, 'INR', 'ACTIVE', 0, now() from opened;
"""
_NAMED = {
    "ALICE": ALICE, "BOB": BOB, "TRANSFER": TRANSFER, "PAID": PAID, "REFUSED": REFUSED,
    "CREDITED": CREDITED,
    "LOAN": LOAN, "PAID_OUT": PAID_OUT, "REPAID": REPAID, "ACCRUAL": ACCRUAL,
    "PAID_HOLD": PAID_HOLD, "REFUSED_HOLD": REFUSED_HOLD, "OPEN_HOLD": OPEN_HOLD,
}  # fmt: skip


def written(statement: str, **values: object) -> str:
    """The statement with `:ALICE`, `:PAID`, … and these values in their places; several statements
    in one text take no parameters."""
    named = {**_NAMED, **values}
    return re.sub(r"(?<!:):([A-Za-z_]+)", lambda found: _literal(named[found[1]]), statement)


def _literal(value: object) -> str:
    if value is None or isinstance(value, int):
        return "null" if value is None else str(value)
    return f"'{value}'"


def _entry(number: int, kind: str, payer: str, payee: str, amount: int, **more: object) -> str:
    known = {"reverses": None, "hold": None, "reference": f"R{number}", "fee": 0, "tax": 0, **more}
    values = {**known, "kind": kind, "amount": amount, "payer": payer, "payee": payee}
    return written(_ENTRY, entry=UUID(int=number), **values)


def _hold(hold: UUID, state: str, amount: int, captured: int = 0, released: int = 0) -> str:
    values = {"captured": captured, "released": released}
    return written(_HOLD, hold=hold, state=state, amount=amount, **values)


def _payment(payment: UUID, phase: str, amount: int, fee: int = 0, tax: int = 0) -> str:
    return written(_PAYMENT, payment=payment, phase=phase, amount=amount, fee=fee, tax=tax)


def _lent(number: int, saga: UUID, kind: str, payer: str, payee: str, amount: int) -> str:
    """A movement of the loan with its entry; `number` is its event's, 0 of an accrual, without."""
    reference = f"{'LOAN' if number else 'ACCRUAL'}-{saga.hex}"
    name = kind if number else "accrual"
    happened = written(
        _HAPPENED, saga=saga, sequence=number, kind=kind, amount=amount, reference=reference
    )
    return "".join(
        (
            _entry(20 + number, "LOAN", payer, payee, amount, reference=reference),
            written(_MOVEMENT, saga=saga, name=name),
            happened if number else "",
        )
    )


FOLLOWERS = """
insert into transaction.movements
select a.number, p.sequence, a.customer_id, p.entry_id, e.reference, e.kind, p.amount_minor,
    p.currency, p.balance_after_minor, null, '', e.booked_at, p.booked_on, p.value_date
from account.postings p join account.accounts a on a.id = p.account_id
join account.entries e using (entry_id) where a.customer_id is not null;

insert into notification.deliveries (account_number, sequence, notification_id, customer_id,
    subject, amount_minor, balance_after_minor, currency, reference, description, booked_on, state,
    due_at, created_at, sent_at)
select account_number, sequence, gen_random_uuid(), customer_id, 'subject', amount_minor,
    balance_after_minor, currency, reference, '', booked_on, 'sent', now(), now(), now()
from transaction.movements;

insert into reporting.lines select code, name from account.gl_accounts;
insert into reporting.totals
select p.booked_on, a.gl_code, p.currency,
    coalesce(-sum(p.amount_minor) filter (where p.amount_minor < 0), 0),
    coalesce(sum(p.amount_minor) filter (where p.amount_minor > 0), 0), count(*)
from account.postings p join account.accounts a on a.id = p.account_id group by 1, 2, 3;
"""

BOOKS = "".join(
    (
        written(_ACCOUNTS),
        _entry(1, "DEPOSIT", "GL-CASH-INR", ALICE, 10_000),
        _entry(2, "TRANSFER", ALICE, BOB, 1_000),
        _entry(3, "REVERSAL", BOB, ALICE, 500, reverses=TRANSFER),
        _hold(PAID_HOLD, "CAPTURED", 2_012, captured=2_012),
        _entry(4, "PAYMENT", ALICE, "GL-CLEARING-IMPS-INR", 2_012, hold=PAID_HOLD, fee=10, tax=2),
        _hold(REFUSED_HOLD, "RELEASED", 3_000, released=3_000),
        _hold(OPEN_HOLD, "OPEN", 500),
        _payment(PAID, "completed", 2_000, fee=10, tax=2),
        _payment(REFUSED, "failed", 3_000),
        written(_LOAN),
        _lent(1, PAID_OUT, "disbursed", "GL-LOANS-INR", BOB, 4_000),
        _lent(2, REPAID, "repaid", BOB, "GL-LOANS-INR", 1_000),
        _lent(0, ACCRUAL, "", "GL-LOAN-INTEREST-RECEIVABLE-INR", "GL-INTEREST-INCOME-INR", 7),
        _entry(5, "PAYMENT", "GL-CLEARING-IMPS-INR", BOB, 700, reference=f"in-IMPS-{CREDITED}"),
        written(_INCOMING),
        FOLLOWERS,
    )
)
