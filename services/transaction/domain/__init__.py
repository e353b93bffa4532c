"""The rules of the transaction service, without I/O.

history   the order of the history of movements, and its pages
"""
