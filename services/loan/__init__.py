"""Loans: what a loan costs, instalment by instalment.

Owns     the arithmetic of schedules: instalments, interest, due dates, the annual percentage rate
Handles  QuoteLoan; hears BusinessDayOpened
Tells    nothing yet
Always   the principal parts of a schedule add up to the principal, to the last minor unit; no part
         is negative; the same terms give the same schedule
"""
