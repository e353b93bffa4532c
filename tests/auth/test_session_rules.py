from datetime import datetime, timedelta
from uuid import UUID

from contracts.envelope import Role
from services.auth.domain.sessions import (
    SAME_MOMENT,
    RefreshToken,
    Session,
    Use,
    Worth,
    access_claims,
    access_end,
    judge,
    open_session,
    refresh_end,
)
from tests.auth.world import NOW, user

SESSION = open_session(UUID(int=1), user(), NOW)
FIRST, SECOND = UUID(int=11), UUID(int=12)
FRESH = RefreshToken(expires_at=NOW + timedelta(hours=1))
HERE, ELSEWHERE = "203.0.113.1", "203.0.113.2"
SPENT = RefreshToken(
    expires_at=NOW + timedelta(hours=1), used_by=FIRST, used_at=NOW, used_from=HERE
)


def use(message_id: UUID, now: datetime, source: str = HERE) -> Use:
    return Use(message_id, source, now)


def test_a_fresh_token_is_worth_a_new_pair() -> None:
    assert judge(SESSION, FRESH, use(FIRST, NOW)) is Worth.NEW_PAIR


def test_a_spent_token_is_worth_the_end_of_its_family() -> None:
    assert judge(SESSION, SPENT, use(SECOND, NOW + SAME_MOMENT)) is Worth.REVOCATION
    assert judge(SESSION, SPENT, use(SECOND, NOW, ELSEWHERE)) is Worth.REVOCATION


def test_a_token_spent_a_moment_ago_from_the_same_place_is_worth_words_only() -> None:
    just_in_time = NOW + SAME_MOMENT - timedelta(milliseconds=1)

    assert judge(SESSION, SPENT, use(SECOND, NOW)) is Worth.WORDS
    assert judge(SESSION, SPENT, use(SECOND, just_in_time)) is Worth.WORDS
    # The second may have read its clock before the first and waited for it.
    assert judge(SESSION, SPENT, use(SECOND, NOW - timedelta(seconds=1))) is Worth.WORDS


def test_a_spent_token_betrays_itself_even_after_its_time() -> None:
    assert judge(SESSION, SPENT, use(SECOND, NOW + timedelta(hours=2))) is Worth.REVOCATION


def test_a_message_that_the_broker_repeats_is_no_second_use() -> None:
    assert judge(SESSION, SPENT, use(FIRST, NOW)) is Worth.NEW_PAIR


def test_a_token_unused_for_an_hour_is_worth_nothing() -> None:
    assert judge(SESSION, FRESH, use(FIRST, NOW + timedelta(hours=1))) is Worth.NOTHING


def test_nothing_revives_a_session_that_was_ended_or_is_over() -> None:
    ended = Session(SESSION.session_id, 7, SESSION.expires_at, revoked_at=NOW)

    assert judge(ended, FRESH, use(FIRST, NOW)) is Worth.NOTHING
    assert judge(ended, SPENT, use(SECOND, NOW)) is Worth.NOTHING
    assert judge(SESSION, FRESH, use(FIRST, NOW + timedelta(hours=12))) is Worth.NOTHING


def test_no_token_outlives_its_session() -> None:
    shortly_before = SESSION.expires_at - timedelta(minutes=3)

    assert refresh_end(SESSION, shortly_before) == SESSION.expires_at
    assert access_end(SESSION, shortly_before) == SESSION.expires_at
    assert access_end(SESSION, NOW) == NOW + timedelta(minutes=10)


def test_claims_say_who_for_whom_and_until_when() -> None:
    customer = user(role=Role.CUSTOMER, customer_id=3, branch_code=None)

    claims = access_claims(customer, SESSION, NOW, NOW + timedelta(minutes=10), UUID(int=5))

    assert claims == {
        "iss": "bank.auth",
        "aud": "bank",
        "sub": str(UUID(int=7)),
        "uid": 7,
        "role": "CUSTOMER",
        "customer_id": 3,
        "branch_code": None,
        "sid": str(UUID(int=1)),
        "jti": str(UUID(int=5)),
        "iat": 1767607200,
        "nbf": 1767607200,
        "exp": 1767607800,
    }
