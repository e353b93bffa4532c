"""The account service's registry, on which the modules beside this one enter their handlers."""

from infra.handling.service import Service
from services.account.store import AccountStore

service = Service("account", AccountStore)
