"""The ways in which the loan service says no; the class name is the public code."""

from contracts.envelope import DomainError


class UnsupportedTerms(DomainError):
    """No schedule can be drawn on these terms."""


class FeesExceedPrincipal(DomainError):
    """The fees leave nothing of the principal to pay out."""
