"""The rules of loans, as pure functions of terms.

schedule.py      a quote from its terms: who calls whom is read here
amortisation.py  the equal instalment, and how each one splits into interest and principal
calendar.py      due dates
apr.py           the annual percentage rate
rounding.py      the one way in which a loan's amounts are rounded
refusals.py      the ways in which terms are refused
"""
