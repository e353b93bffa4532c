"""The lanes of partners at the broker, made and taken away while the bank runs.

To make users and vhosts takes an administrator of the broker. No process that reads what strangers
send has that right: this one has it, and does nothing else. It has no database, takes no messages,
and asks auth every second what lanes there have to be.
"""
