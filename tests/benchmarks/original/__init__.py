"""The client's original architecture, as small as it can be: gateway, service, ORM, one database.

HTTP reaches a FastAPI gateway, which calls a FastAPI service with httpx, which locks, changes and
writes rows with SQLAlchemy's ORM in one commit. No events, no listeners, no idempotency, no ledger
that must balance: two balances and two rows. Each a process under the bank gateway's own uvicorn
settings; a token is a JWT with a shared secret, checked by the service.
"""
