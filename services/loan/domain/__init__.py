"""The rules of loans, as pure functions of terms.

schedule.py       a quote from its terms: who calls whom is read here
terms.py          what terms lead to, and which contradict one another
calendar.py       due dates, and how long the periods between them are
accrual.py        which part of a year days are, and what a balance bears in them
spans.py          the periods of a loan, cut where something is paid out or the rate changes
walk.py           the walk along a declining balance, from any period on
targets.py        what each instalment has to be from some period on
amortisation.py   the equal instalment
flat.py           flat interest
down_payments.py  what is paid back of a disbursement at once
fees.py           fees, kept back or due with instalments, and the tax on them
rows.py           down payments and instalments as they are told
cost.py, apr.py   the annual percentage rate
rounding.py       the one way in which a loan's amounts are rounded
refusals.py       the ways in which terms are refused
"""
