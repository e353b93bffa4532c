"""What customers are told of their money, as pure functions.

deliveries.py  a posting that its customer is to be told of
letters.py     what the e-mail says
attempts.py    what becomes of a delivery that cannot be sent, and when it is tried again
"""
