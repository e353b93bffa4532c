"""Schedules that others have published of loans that are paid out, or paid back, in parts at once.

Figures are those of fixtures of Apache Fineract (commit 4198b0b): LoanDownPayment.feature (line
1534, and there at 10 % in later versions) and LoanRepayment.feature (RP16).
"""

from typing import Any

from tests.loan.published import WHOLE, Published


def _flat(rate: str) -> dict[str, Any]:
    return {
        "principal": "1000", "annual_rate": rate, "instalments": 3, "start_date": "2022-01-01",
        "method": "FLAT", "down_payment_percent": "25", **WHOLE,
    }  # fmt: skip


FLAT_WITH_DOWN_PAYMENT = (
    Published("flat with a down payment, at 12 %", _flat("12"), "250/0; 250/10 x 3", "30"),
    Published(
        "flat with a down payment, at 10 %",
        _flat("10"),
        "250/0; 249.67/8.33 x 2; 250.66/8.34",
        "25",
    ),
)
RP16: dict[str, Any] = {
    "principal": "10000", "annual_rate": "12", "instalments": 6, "start_date": "2022-11-01",
    "schedule_type": "CUMULATIVE", **WHOLE,
    "tranches": [
        {"date": "2023-01-01", "amount": "3000"}, {"date": "2023-03-01", "amount": "2000"},
    ],
}  # fmt: skip
RP16_ROWS = """1675/50 3325; 1691.75/33.25 4633.25; 1678.67/46.33 2954.58; 1695.45/29.55 3259.13;
1692.41/32.59 1566.72; 1566.72/15.67 0"""
