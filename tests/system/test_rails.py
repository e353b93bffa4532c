"""The rails over which a bank pays others, and what each carries."""

import pytest

from tests.fixtures.bank import Client

pytestmark = pytest.mark.system


@pytest.mark.parametrize(
    ("rail", "amount", "code"),
    [
        ("RTGS", "199999.99", "below-rail-minimum"),
        ("RTGS", "200000.00", None),
        ("IMPS", "500000.00", None),
        ("IMPS", "500000.01", "limit-exceeded"),
    ],
)
async def test_a_rail_carries_the_amounts_of_its_rules(
    teller: Client, rail: str, amount: str, code: str | None
) -> None:
    payer = await teller.open_account("10.00")

    answer = await teller.pay(payer, "50100234567890", amount, rail=rail)

    if code:
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert (await teller.found(f"/api/payments?account_number={payer}"))["items"] == []
    else:  # accepted, and then its payer has too little
        assert answer.json()["reason"] == "insufficient-funds"


async def test_the_rails_and_their_limits_can_be_seen(teller: Client) -> None:
    rails = (await teller.found("/api/rails"))["items"]

    in_force = [rule for each in rails for rule in each["rules"] if rule["is_in_force"]]
    shown = ("rail", "least", "most")
    assert [tuple(rule[name] for name in shown) for rule in in_force] == [
        ("IMPS", None, "500000.00"),
        ("RTGS", "200000.00", None),
        ("NEFT", None, None),
        ("UPI", None, "100000.00"),
    ]
    assert [rule["batch_minutes"] for rule in in_force] == [None, None, 30, None]
    assert [bool(each["next_cut_off"]) for each in rails] == [False, False, True, False]
    assert [rule["handles"] for rule in in_force[:3]] == [[], [], []]
    assert "okaxis" in in_force[3]["handles"]


async def test_a_payment_over_upi_goes_to_an_address_however_its_letters_are_written(
    teller: Client,
) -> None:
    payer = await teller.open_account("10.00")
    body = {
        "from_account": payer, "amount": "4.00", "rail": "UPI",
        "beneficiary": {"name": "Asha Rao", "vpa": "Asha.Rao@OkAxis"},
    }  # fmt: skip

    answer = await teller.post("/api/payments", body, key="upi", prefer="wait=20")

    paid = answer.json()
    assert (answer.status_code, paid["state"]) == (201, "completed")
    assert paid["rail_reference"].startswith("UPI")
    assert paid["beneficiary"] == {
        "name": "Asha Rao", "account_number": None, "ifsc": None, "vpa": "asha.rao@okaxis",
    }  # fmt: skip
    assert await teller.balance(payer) == 6
