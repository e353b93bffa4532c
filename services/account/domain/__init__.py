"""What the ledger decides: one pure function of the books per command, named after it.

refusals  every rule that can say no
ledger    the books in memory, and the rules that every movement keeps
commands  what each command needs, asks and changes
telling   the events that follow from entries
"""
