"""One plausible, always equal example of every message, made from its schema.

They appear in the AsyncAPI document; a test holds each against its class and its schema.
"""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

A_BENEFICIARY = {"name": "Asha Rao", "account_number": "50100234567890", "ifsc": "OTHR0000001"}
# What a field of this name holds: in the one class named before the point, or in any.
BY_NAME: dict[str, Any] = {
    "MakePayment.beneficiary": A_BENEFICIARY,  # who goes by one of two ways
    "ResolvePayee.beneficiary": A_BENEFICIARY,
    "AddBeneficiary.beneficiary": A_BENEFICIARY,
    "account_ending": "7890",
    "Beneficiary.name": "Asha Rao",
    "Payee.name": "Asha Rao",
    "AddScreenedName.name": "Ivan Example",
    "Screening.beneficiary": "Ivan Exampel",
    "AddBenchmarkVersion.code": "REPO",
    "CreateBranch.code": "BR001",
    "GetBranch.code": "BR001",
    "AddProductVersion.code": "SAVINGS",
    "CreateProduct.code": "SAVINGS",
    "GetProduct.code": "SAVINGS",
    "AddLoanProductVersion.code": "PERSONAL",
    "CreateLoanProduct.code": "PERSONAL",
    "GetLoanProduct.code": "PERSONAL",
    "GetCheckedReceipt.code": "AZQfKXwAcACAAAAAAAAAAcxcX5p5pT6u4Gg0N2wQ0mE",
    "BulkLine.reference": "salary-11-1",
    "BulkLineDone.reference": "salary-11-1",
    "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "Receipt.code": "AZQfKXwAcACAAAAAAAAAAcxcX5p5pT6u4Gg0N2wQ0mE",
    "from_account_ends": "0001",
    "to_account_ends": "0002",
    "Fee.name": "processing fee",
    "access_token": "eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl",
    "account_number": "AC-20260101-000001",
    "address_line1": "123 Main St",
    "annual_rate": "12.00",
    "annual_rate_max": "24",
    "annual_rate_min": "9",
    "apr": "12.68",
    "beneficiary_account": "50100234567890",
    "beneficiary_ifsc": "OTHR0000001",
    "beneficiary_name": "Asha Rao",
    "beneficiary_vpa": "asha.rao@okaxis",
    "body": '{"reason": "requested by the customer"}',
    "branch_code": "BR001",
    "city": "Mumbai",
    "code": "insufficient-funds",
    "country": "IN",
    "counterparty": "AC-20260101-000002",
    "current_password": "a long pass phrase",
    "customer_number": "CU-00000001",
    "description": "rent",
    "detail": "The debited account holds less than the amount.",
    "email": "john.doe@example.com",
    "first_name": "John",
    "from_account": "AC-20260101-000001",
    "gl_code": "SAVINGS",
    "gl_name": "Savings deposits",
    "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "ifsc": "OTHR0000001",
    "ifsc_code": "BANK0000001",
    "last_name": "Doe",
    "new_password": "another long pass phrase",
    "password": "a long pass phrase",
    "permissions": ["GetAccount"],
    "penal_rate": "24",
    "phone": "+911234567890",
    "postal_code": "400001",
    "product_code": "SAVINGS",
    "PartnerKey.public_key": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    "public_key": "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08",
    "rail_reference": "IMPS432100000001",
    "reason": "requested by the customer",
    "reference": "TRA-01941f297c0070008000000000000001",
    "refresh_token": "c2luZ2xlIHVzZSByZWZyZXNoIHRva2Vu",
    "remitter_ifsc": "OTHR0000001",
    "remitter_account": "AC-20260101-000001",
    "secured_percent": "15",
    "service": "account",
    "state": "Maharashtra",
    "to_account": "AC-20260101-000002",
    "trace_id": "0af7651916cd43dd8448eb211c80319c",
    "unsecured_percent": "25",
    "username": "teller.mumbai",
}
BY_FORMAT = {
    "date": "2026-01-01",
    "date-time": "2026-01-01T10:00:00Z",
    "password": "a long pass phrase",
    "uuid": "01941f29-7c00-7000-8000-000000000001",
}


def example(schema: Schema) -> dict[str, Any]:
    """A body that the schema and the class behind it accept; optional fields are left out."""
    body = _object(schema, schema.get("$defs", {}))
    return _balanced(body)


def _object(schema: Schema, definitions: Schema) -> dict[str, Any]:
    either = schema.get("anyOf", [{}])[0].get(
        "required", []
    )  # of fields one of which there must be
    required = [*schema.get("required", []), *either]
    title = schema.get("title", "")
    return {
        name: BY_NAME.get(f"{title}.{name}") or _value(name, field, definitions)
        for name, field in schema.get("properties", {}).items()
        if name in required
    }


def _value(name: str, schema: Schema, definitions: Schema) -> Any:
    if "$ref" in schema:
        return _value(name, definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        return _value(name, schema["anyOf"][0], definitions)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        return _object(schema, definitions)
    if name in BY_NAME:
        return BY_NAME[name]
    if schema.get("type") == "array":
        return [_value(name, schema["items"], definitions)] * schema.get("minItems", 1)
    return _scalar(name, schema)


def _scalar(name: str, schema: Schema) -> Any:
    """The name of the field stands in for a text that no rule speaks about."""
    if schema.get("type") == "string":
        return schema.get("const") or BY_FORMAT.get(schema.get("format", ""), name)
    if schema.get("type") == "boolean":
        return False
    if name.endswith("_minor") or name == "minor":
        return 150_000
    return max(1, schema.get("minimum", 1))


def _balanced(body: dict[str, Any]) -> dict[str, Any]:
    """The legs of an entry sum to nothing, in an example too."""
    for holder in (body, *body.get("items", [])):
        if isinstance(holder, dict) and "legs" in holder:
            debit, credit = holder["legs"][:2]
            holder["legs"] = [
                debit | {"amount_minor": -150_000},
                credit | {"account_number": "GL-CASH-INR"},
            ]
    return body
