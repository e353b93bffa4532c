"""A loan after it was paid out: what is owed, paid and earned, on any date.

A loan is its terms and its events; all else follows by a pure function, `replay`.

events.py      what can happen to a loan
position.py    a loan as it stands on a date
replaying.py   the position from terms and events
course.py      the loan on its way through its events
allocation.py  what a repayment pays, and what closes a loan
books.py       what the ledger should hold of a position
plan.py        what is asked of the arithmetic of schedules
"""
