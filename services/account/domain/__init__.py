"""What the ledger decides: one pure function of the books per command, named after it.

refusals    every rule that can say no
books       accounts, holds and entries in memory, and the one way to enter an entry
booking     who books on which accounts, by which command
accounts    what an account's status and balance allow
standing    what the status of its owner allows
limits      how much may leave an account at once, in a day, through a channel
dates       which value dates an instruction may carry
references  the names under which money moves once
opening     the product and the number of a new account
cash, transfers, entries, reversals, holds, status: the commands
wanted      what the books must hold before a command can be decided
decisions   which function decides which command
telling     the events that follow from entries
"""
