"""What is let in, as pure functions, in the order in which it is judged.

arrivals    what arrived: its size, sender, headers and age
signing     what exactly is signed, and whether it is
wishes      what the body asks for
limits      whether this partner may have it
refusals    every way to be refused
telling     answers as a partner reads them
events      what happens on accounts, as a partner reads it
lending     what happens to loans, as a partner reads it
"""
