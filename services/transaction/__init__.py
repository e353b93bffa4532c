"""Transactions: what customers and staff see of the movements of money, and what they order.

Owns     the searchable history: one row per posting of a customer's account; standing orders, and
         what became of each of their transfers; orders of staff that wait for approval
Handles  SearchMovements, CreateStandingOrder, CancelStandingOrder, PauseStandingOrder,
         ResumeStandingOrder, SkipStandingOrder, GetStandingOrder, ListStandingOrders; hears
         AccountDebited, AccountCredited and BusinessDayOpened, and what the account service
         answers; shows and steers its sagas as every service does that runs some
Tells    StandingOrderCreated; StandingOrderFailed for each transfer that is not tried any more,
         StandingOrderSkipped for each that is left out; StandingOrderPaused, StandingOrderResumed;
         StandingOrderEnded
Always   a posting stands in the history once, however often it is told; a customer finds his own
         movements and orders only; one search reads a bounded part of the history; each transfer
         of an order is made at most once, or left out, by the authority of whoever made the order;
         one that was due on a day that was missed is made later
"""
