"""What callers are told of the nouns that several resources share: accounts, postings, payments.

An answer that one resource alone gives stands beside its routes.
"""
