"""The rules of payments, as pure functions.

payments    what may be paid over which rail and when, who may resolve what, and reasons for a no
"""
