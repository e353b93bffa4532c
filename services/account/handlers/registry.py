"""The account service's registry, on which the modules beside this one enter their handlers."""

from infra.handling.service import Service
from services.account.store import AccountStore
from services.account.store.days import open_day

service = Service("account", AccountStore, today=open_day)
