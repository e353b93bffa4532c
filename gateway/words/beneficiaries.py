"""Words about beneficiaries: a customer's list of payees, and the rules of what is paid to them."""

from collections.abc import Mapping

BENEFICIARY_FIELDS: Mapping[str, str] = {
    "beneficiary_id": "The id of the payee on the list of the customer whose account pays; null: "
    "he is named by account or vpa.",
    "cooling_hours": "How many hours a payee is new on a list, at most 168.",
    "cooling_most": "How much may go to all payees of a customer together who are new; null: no "
    "bound.",
    "cooling_until": "When he is new no more.",
    "name_check": "What his bank says of his name.",
    "unlisted_are_new": "Whether a payee whom a customer pays and has not on his list counts as "
    "new; left out: no.",
}

OF_BENEFICIARY_SCHEMAS: Mapping[tuple[str, str], str] = {
    ("BeneficiaryAnswer", "added_at"): "When he was put on the list.",
    ("BeneficiaryAnswer", "added_by"): "Who put him on the list, by the `uuid` of his user.",
    ("BeneficiaryAnswer", "beneficiary"): "Who is on the list.",
    ("BeneficiaryAnswer", "beneficiary_id"): "The id of the payee on the list.",
    ("BeneficiaryAnswer", "daily_most"): "How much the customer wants to go to him in 24 hours "
    "at most; null: no limit of his own.",
    ("BeneficiaryAnswer", "removed_at"): "When he was taken off the list; null: he was not.",
    ("BeneficiaryAnswer", "removed_by"): "Who took him off the list, by the `uuid` of his user; "
    "null: nobody has.",
    ("BeneficiaryRequest", "beneficiary"): "Who is put on the list.",
    ("BeneficiaryRequest", "daily_most"): "How much may go to him in 24 hours at most.",
    ("BeneficiaryRuleAnswer", "daily_most"): "How much may go to one payee of a list in 24 hours; "
    "null: no bound.",
    ("BeneficiaryRuleRequest", "daily_most"): "How much may go to one payee of a list in 24 hours.",
    ("NameCheckAnswer", "name"): "His name, as his bank has it; null: not known.",
    ("NameCheckAnswer", "state"): "Where the question to his bank stands.",
}
