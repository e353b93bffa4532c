"""Every reason for which a partner's message is not let in; docs/partners.md lists the codes."""

from contracts.envelope import Conflict, DomainError, FieldError, Forbidden, Kind, Refused


class BodyTooLarge(DomainError):
    """The body is larger than a message of a partner may be."""

    kind = Kind.MALFORMED


class SenderMissing(DomainError):
    """The message does not bear the AMQP property user_id, which the broker validates."""

    kind = Kind.UNAUTHENTICATED


class WrongSender(DomainError):
    """The user_id is not the one of this lane."""

    kind = Kind.UNAUTHENTICATED


class PartnerSuspended(Forbidden):
    """You are suspended: nothing is let in until the bank resumes you."""


class MalformedHeaders(DomainError):
    """A property or header is missing or not of its form."""

    kind = Kind.MALFORMED


class StaleMessage(DomainError):
    """The timestamp is more than five minutes from the time of the bank."""

    kind = Kind.STALE


class KeyNotKnown(DomainError):
    """No key of this key-id counts now."""

    kind = Kind.UNAUTHENTICATED


class BadSignature(DomainError):
    """The signature is not that of the key over exactly what was sent."""

    kind = Kind.UNAUTHENTICATED


class MessageIdReused(Conflict):
    """This message_id was let in before with another type or body."""


class UnknownType(DomainError):
    """The bank offers no such type."""

    kind = Kind.MALFORMED


class MalformedBody(DomainError):
    """The body is not a JSON object of the form that its type has."""

    kind = Kind.MALFORMED

    def __init__(self, detail: str | None = None, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(detail)
        self.errors = errors

    def refusal(self) -> Refused:
        return super().refusal().model_copy(update={"errors": self.errors})


class TypeNotAllowed(Forbidden):
    """You are not registered for messages of this type."""


class AccountNotAllowed(Forbidden):
    """You are not registered for this account."""


class CurrencyNotAllowed(DomainError):
    """You are registered for another currency."""


class AmountAboveLimit(DomainError):
    """The amount is above your limit for one command."""


class DailyLimitReached(DomainError):
    """The amount is above what is left of your limit for this business day."""


class TooManyMessages(DomainError):
    """You send more messages in a minute than you are registered for."""

    kind = Kind.TOO_MANY
    retry_after_seconds = 60


class NotTaken(DomainError):
    """The bank could not handle it; nothing was done, and it was noted."""

    kind = Kind.UNAVAILABLE
