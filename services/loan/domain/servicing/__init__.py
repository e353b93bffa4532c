"""A loan after it was paid out: what is owed, paid and earned, on any date.

A loan is its terms and its events; all else follows by a pure function, `replay`.

events.py       what can happen to a loan
position.py     a loan as it stands on a date
replaying.py    the position from terms and events
course.py       the loan on its way through its events; lines.py its instalments meanwhile
bearing.py      which days of it bear interest, on how much
drawing.py      the schedule as it is paid out
allocation.py   what a repayment pays, and what closes a loan
early.py        instalments that are paid before they are due
changing.py     what else happens: other rates and schedules, charges, waivers, a loss
penalties.py    what late payment costs
books.py        what the ledger should hold of a position
arrears.py      how late the borrower is, and the class that follows
explaining.py   figures in words, whose parts add up
differences.py  what a late event changes
versions.py     which events made another schedule
plan.py         what is asked of the arithmetic of schedules
"""
