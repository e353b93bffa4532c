"""The rules of the transaction service, without I/O.

history      the order of the history of movements, and its pages
occurrences  on which days the transfers of a standing order are due
orders       what follows when one is due, or has been tried
refusals     the ways of saying no
"""
