"""Fixtures that every test may use."""

import os

# Handlers that seal or sign read their process's secret; a test is such a process too. Written out,
# because a plugin module that is imported here cannot have its assertions explained any more.
os.environ.setdefault("BANK_SECRET", "5e" * 32)

pytest_plugins = ["tests.fixtures.servers", "tests.fixtures.bank"]
