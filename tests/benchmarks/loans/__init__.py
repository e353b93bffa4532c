"""What loans cost: quotes, the ends of days, debits, and two years of many of them.

years   two years of many loans, lived twice
"""
