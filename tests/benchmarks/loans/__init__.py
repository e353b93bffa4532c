"""What loans cost: quotes, the ends of days, debits, and two years of many of them.

quotes      schedules told over HTTP, and their arithmetic alone
portfolio   running loans by the thousand, as the bank itself would have them
days        what they have earned and what is debited, at the end of a day of a running bank
years       two years of many loans, lived twice
report      the figures and the goals
"""
