"""The account service's registry, on which the modules beside this one enter their handlers."""

from infra.service import Service
from services.account.store import AccountStore

service = Service("account", AccountStore)
