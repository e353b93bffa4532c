"""What the loan service can be asked and what it tells: schedules.

Amounts inside answers and events are minor units of `currency`; rates are percent a year, as exact
decimals.
"""
