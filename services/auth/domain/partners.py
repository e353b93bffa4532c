"""Partners: what may change of one, and which keys may count."""

from base64 import b64decode
from collections.abc import Sequence

from contracts.auth.partners import (
    KEYS_MAX,
    ChangePartner,
    Partner,
    PartnerKey,
    PartnerState,
    Suspension,
)
from contracts.envelope import Conflict, DomainError, Kind, NotFound
from contracts.money import Money

# The ys of the points whose order divides eight (https://cr.yp.to/ecdh.html#validate): under such
# a key signatures can be made by anybody.
_P = 2**255 - 19
_WEAK_YS = frozenset(
    {
        0,
        1,
        _P - 1,
        _P,
        _P + 1,
        int.from_bytes(
            bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
            "little",
        ),
        int.from_bytes(
            bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
            "little",
        ),
    }
)
_WITHOUT_SIGN = 2**255 - 1


class PartnerNameTaken(Conflict):
    """There is or was a partner of this name."""


class UnknownPartner(NotFound):
    """There is no such partner."""


class PartnerIsClosed(Conflict):
    """The partner is closed, which is final."""


class StaleVersion(DomainError):
    """The partner was changed since you read it."""

    kind = Kind.STALE


class LimitInOtherCurrency(DomainError):
    """Limits are in the currency of the partner, which stays as it is."""


class KeyIdTaken(Conflict):
    """A key of this partner has or had this id."""


class TooManyKeys(Conflict):
    """Two keys count already: revoke one of them first."""


class UnknownKey(NotFound):
    """The partner has no such key that counts."""


class LastKey(Conflict):
    """It is the only key that counts: add another one first, or suspend the partner."""


class WeakKey(DomainError):
    """Under this public key anybody could sign."""


def check_keys(keys: Sequence[PartnerKey]) -> None:
    """Ask whether these keys may count together.

    Raises:
        WeakKey, KeyIdTaken, TooManyKeys.
    """
    for key in keys:
        if _y_of(key) in _WEAK_YS:
            raise WeakKey
    if len({key.key_id for key in keys}) < len(keys):
        raise KeyIdTaken
    if len(keys) > KEYS_MAX:
        raise TooManyKeys


def with_key(partner: Partner, key: PartnerKey) -> Partner:
    keys = (*partner.keys, key)
    check_keys(keys)
    return _changed(partner, keys=keys)


def without_key(partner: Partner, key_id: str) -> Partner:
    kept = tuple(key for key in partner.keys if key.key_id != key_id)
    if len(kept) == len(partner.keys):
        raise UnknownKey
    if not kept:
        raise LastKey
    return _changed(partner, keys=kept)


def with_terms(partner: Partner, change: ChangePartner) -> Partner:
    """The same partner if these are its terms already.

    Raises:
        StaleVersion, LimitInOtherCurrency, PartnerIsClosed.
    """
    if not change.allows(partner.version):
        raise StaleVersion
    wanted = {
        "allowed_types": change.allowed_types,
        "accounts": change.accounts,
        "event_accounts": change.event_accounts,
        "event_types": change.event_types,
        "command_limit_minor": _minor(change.command_limit, partner),
        "daily_limit_minor": _minor(change.daily_limit, partner),
        "per_minute": change.per_minute,
    }
    terms = {name: value for name, value in wanted.items() if value is not None}
    is_so = partner.model_copy(update=terms) == partner
    return partner if is_so else _changed(partner, **terms)


def with_state(partner: Partner, state: PartnerState, why: Suspension | None = None) -> Partner:
    """The same partner if that is its state already; `why` it is suspended, if it is."""
    if state is partner.state:
        return partner
    return _changed(partner, state=state, suspended_because=why)


def with_closed_intake(partner: Partner) -> Partner:
    """Suspended, unless somebody was faster: then what he has made of it stays."""
    if partner.state is not PartnerState.OPEN:
        return partner
    return with_state(partner, PartnerState.SUSPENDED, Suspension.BAD_SIGNATURES)


def require_open(partner: Partner) -> None:
    """Raises PartnerIsClosed for one that is closed."""
    if partner.state is PartnerState.CLOSED:
        raise PartnerIsClosed


def _changed(partner: Partner, **changes: object) -> Partner:
    require_open(partner)
    return partner.model_copy(update={**changes, "version": partner.version + 1})


def _minor(limit: Money | None, partner: Partner) -> int | None:
    if limit is not None and limit.currency is not partner.currency:
        raise LimitInOtherCurrency(f"The limits of this partner are in {partner.currency}.")
    return limit.minor if limit else None


def _y_of(key: PartnerKey) -> int:
    return int.from_bytes(b64decode(key.public_key), "little") & _WITHOUT_SIGN
