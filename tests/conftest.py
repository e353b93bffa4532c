"""Fixtures that every test may use, and how hard properties are tried."""

import os

from hypothesis import HealthCheck, settings

# Handlers that seal or sign read their process's secret; a test is such a process too. Written out,
# because a plugin module that is imported here cannot have its assertions explained any more.
os.environ.setdefault("BANK_SECRET", "5e" * 32)

# How long an example takes says something about the machine and nothing about the bank.
settings.register_profile("bank", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("bank")

pytest_plugins = ["tests.fixtures.servers", "tests.fixtures.bank", "tests.fixtures.redocly"]
