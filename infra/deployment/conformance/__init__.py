"""Whether a partner's lane keeps docs/partners.md: what the bank must do, refuse and cut off.

The cases know of the bank what the page says, and no more: types, codes and the six lines that are
signed. They are run with a partner's own credentials, by its engineer or by an operator.
"""
