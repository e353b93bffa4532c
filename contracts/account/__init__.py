"""What the account service can be asked and what it tells: accounts, balances, holds, entries.

Amounts inside answers and events are minor units of `currency`; a posting's amount is signed,
credit positive. Account numbers name customer accounts (`AC-20260101-000001`) and the bank's own
accounts (`GL-CASH-INR`) alike.
"""
