"""What each command needs, asks and changes: one function of the books per command, named after it.

decisions  which function decides which command
wanted     what the books must hold before a command can be decided
booking    who books on which accounts, by which command
opening    the product and the number of a new account
cash, transfers, entries, reversals, holds, status: the commands
bulk       files of transfers, each line of which is decided as a transfer
"""
