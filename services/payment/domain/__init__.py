"""The rules of payments, as pure functions.

beneficiaries   payees on a customer's list: who may be paid, and how much at once
payees      who a payee is: how often it may be asked, and whether names match
payments    what may be paid over which rail and when, who may resolve what, and reasons for a no
settling    which window between the banks a posting is in, and which windows are to be settled
statements  what the central bank says of the bank's account there, read and judged
breaks      what is booked for a difference, and which explain each other
matching    which lines of statements are which postings of the ledger
screening   which listed names a beneficiary may be, and how much an account may pay at once
incoming    money from other banks: reasons for a no
"""
