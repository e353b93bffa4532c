"""The other banks behind the rails: they accept, refuse, are silent or err, by the number to pay.

side        the orders and answers of one rail, in its own messages
behaviour   how a transfer is judged, as pure functions, the same over every rail
payees      what is said of who a payee is
recalls     what is said when it is to give back
batches     how a batch of transfers is, over a rail that takes batches
memory      what was judged and is still to be said, in a journal that outlives a kill
incoming    what they pay to customers of ours, and ask for again
serving     the orders and answers of one rail over the broker

`python -m demo.rails rail-imps` runs one; pay_in has it pay an account here, and recall ask for
that again.
"""
