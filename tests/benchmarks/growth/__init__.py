"""What the bank costs with ten million postings, beside a bank with next to none.

filling  past dates, written into a running bank as its services would have written them
asking   what is asked of both banks by turns, and how long each takes to answer
report   the figures, their ratios and the goals
"""
