"""What the ledger is: the books in memory, and the rules that every movement keeps.

books       what a batch has locked, and the one way to enter an entry
accounts    an account under lock, and what its status and balance allow
chart       the bank's own accounts, and the groups of accounts
entries     entries and their postings, drafted, booked or stored
holds       money set aside
standing    what the status of an account's owner allows
limits      how much may leave an account at once, in a day, through a channel
dates       which value dates an instruction may carry
references  the names under which money moves once
"""
