"""The HTTP edge: every call becomes one message to its owner, and the reply becomes the answer.

Owns     no table and no business rule; what it knows is HTTP.
Handles  calls under `/api`, `/health`, `/metrics`, `/docs`.
Tells    nothing of its own: commands and queries in the name of the caller.
Always   one call is one message, however often it is sent with the same Idempotency-Key; a command
         whose outcome is not known in time is answered with an address where it can be asked for.

One transfer, from the outside in: `middleware.py` (headers, bounds) → `endpoint.py` (who calls, and
may he) → `routes/transactions.py` (the body becomes MakeTransfer) → `edge.py` (ask and wait) →
`telling.py` (TransferMade becomes the answer that the route's class declares). `routing.py` ties
these together per route.
"""
