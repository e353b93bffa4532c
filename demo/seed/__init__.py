"""The demo's branch, products, people and accounts: `python -m demo.seed`, as often as you like.

Everything is done by ordinary commands over the bus. Their message ids are fixed, so that a command
that was handled is only answered again; and what is there already is looked up and not made twice,
however long ago that was. When all is there, a mark in the seed's own folder says so, and from then
on nothing is asked any more; a seeding that was cut off has no mark and goes on where it was.

people   who and what there is to be
asking   the operator's patient questions and commands
seeding  the demo set up, or what is missing of it
marking  the mark of a seeding that was finished
report   who can sign in, as a table
"""
