"""Who is paid at another bank: by an account or by an address, each over the rails that take it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.envelope import DomainError, Role
from contracts.payment.rails import AddRailRule, RailRule
from contracts.payment.values import Beneficiary, Rail, Vpa
from services.payment.domain.payments import check_payee
from tests.builders import customer, staff
from tests.payment.desk import Desk, context
from tests.payment.examples import CAROL, CAROLS_ADDRESS

ADDRESS = TypeAdapter(Vpa)
OF_ACCOUNT = {"account_number": "5550009999", "ifsc": "HDFC0002255"}


@pytest.mark.parametrize(
    "address",
    ["carol@okaxis", "a.b-c_d@upi", "42@ybl", f"{'a' * 256}@a{'b' * 63}", "Carol.RAO@OkAxis"],
)
def test_an_address_is_kept_in_small_letters(address: str) -> None:
    assert ADDRESS.validate_python(address) == address.lower()


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("carol", id="no at"),
        pytest.param("c@okaxis", id="too short a name"),
        pytest.param(f"{'a' * 257}@okaxis", id="too long a name"),
        pytest.param(f"carol@a{'b' * 64}", id="too long a handle"),
        pytest.param("carol@ok@axis", id="two ats"),
        pytest.param("carol@@axis", id="two ats at once"),
        pytest.param("car ol@okaxis", id="a space within"),
        pytest.param(" carol@okaxis", id="a space before"),
        pytest.param("carol@okaxis\n", id="a line that ends"),
        pytest.param("c\u0430rol@okaxis", id="a Cyrillic a"),
        pytest.param("carol@\uff4fkaxis", id="a wide o"),
        pytest.param("carol\uff20okaxis", id="a wide at"),
        pytest.param("car\u200dol@okaxis", id="a joiner"),
        pytest.param("carol@ok.axis", id="a host"),
        pytest.param("carol@1axis", id="a handle that begins with a digit"),
        pytest.param("\u212aarol@okaxis", id="a letter that is an ASCII one when small"),
        pytest.param("carol@o\x00axis", id="NUL"),
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        ADDRESS.validate_python(address)


@given(st.text(max_size=40))
def test_an_address_holds_nothing_but_what_can_be_typed_anywhere(text: str) -> None:
    try:
        kept = ADDRESS.validate_python(text)
    except ValidationError:
        return

    assert kept.isascii()
    assert kept == text.lower()
    assert kept.count("@") == 1


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="nothing but a name"),
        pytest.param({"account_number": "5550009999"}, id="an account without its bank"),
        pytest.param({"ifsc": "HDFC0002255"}, id="a bank without an account"),
        pytest.param({**OF_ACCOUNT, "vpa": "carol@okaxis"}, id="both"),
        pytest.param(
            {"ifsc": "HDFC0002255", "vpa": "carol@okaxis"}, id="one and half of the other"
        ),
    ],
)
def test_a_payee_goes_by_an_account_or_by_an_address(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="either by account_number and ifsc, or by vpa"):
        Beneficiary(name="Carol", **fields)


@pytest.mark.parametrize("rail", Rail)
def test_a_rail_pays_the_one_or_the_other(rail: Rail) -> None:
    right, wrong = (CAROLS_ADDRESS, CAROL) if rail is Rail.UPI else (CAROL, CAROLS_ADDRESS)
    by_address = rail is Rail.UPI

    check_payee(right, rail, pays_addresses=by_address)
    with pytest.raises(DomainError) as refused:
        check_payee(wrong, rail, pays_addresses=by_address)
    assert refused.value.code == "payee-not-of-rail"


@pytest.mark.integration
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"rail": Rail.UPI, "beneficiary": CAROL}, "payee-not-of-rail"),
        ({"rail": Rail.IMPS, "beneficiary": CAROLS_ADDRESS}, "payee-not-of-rail"),
        (
            {"rail": Rail.UPI, "beneficiary": Beneficiary(name="Carol", vpa="carol@nobodys")},
            "unknown-handle",
        ),
    ],
)
async def test_a_payee_whom_the_rail_does_not_find_is_refused_and_nothing_is_kept(
    desk: Desk, fields: dict[str, Any], code: str
) -> None:
    with pytest.raises(DomainError) as refused:
        await desk.make(**fields)

    assert refused.value.code == code
    assert await desk.find(customer()) == []


@pytest.mark.integration
async def test_a_handle_is_known_from_the_day_of_its_rule_on(desk: Desk) -> None:
    carol = Beneficiary(name="Carol", vpa="carol@NewApp")
    known: RailRule = await desk.ask(rule(Rail.UPI, handles=("NewApp",)), staff(Role.ADMIN))

    await desk.make(rail=Rail.UPI, beneficiary=carol)

    assert known.handles == ("newapp",)


@pytest.mark.integration
@pytest.mark.parametrize(
    ("rail", "handles"), [(Rail.UPI, ()), (Rail.IMPS, ("okaxis",)), (Rail.NEFT, ("okaxis",))]
)
async def test_a_rule_names_handles_if_its_rail_pays_addresses(
    desk: Desk, rail: Rail, handles: tuple[str, ...]
) -> None:
    batch_minutes = 30 if rail is Rail.NEFT else None

    with pytest.raises(DomainError) as refused:
        await desk.ask(rule(rail, handles=handles, batch_minutes=batch_minutes), staff(Role.ADMIN))

    assert refused.value.code == "handles-not-of-rail"


def rule(rail: Rail, **fields: Any) -> AddRailRule:
    today = context(staff(Role.ADMIN)).business_date
    return AddRailRule(rail=rail, valid_from=today, **fields)
