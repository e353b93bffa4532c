"""Transactions: what customers and staff see of the movements of money.

Owns     the searchable history: one row per posting of a customer's account
Handles  SearchMovements; hears AccountDebited, AccountCredited and BusinessDayOpened
Tells    nothing yet
Always   a posting stands in the history once, however often it is told; a customer finds his own
         movements only; one search reads a bounded part of the history
"""
