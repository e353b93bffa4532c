"""Words about screening: the list of names, the rules, what was found."""

from collections.abc import Mapping

SCREENING_FIELDS: Mapping[str, str] = {
    "added_at": "When it was put on the list.",
    "added_by": "Who put it on the list, by the `uuid` of his user.",
    "aliases": "Other names that he goes by, at most 20.",
    "daily_count": "How many payments may leave one account in 24 hours; null: no bound.",
    "daily_most": "How much may leave one account in 24 hours; null: no bound.",
    "found_at": "When it was found first.",
    "hits": "The listed names that the beneficiary may be, the most alike first; at most 20.",
    "hourly_count": "How many payments may leave one account in 60 minutes; null: no bound.",
    "hourly_most": "How much may leave one account in 60 minutes; null: no bound.",
    "listed_on": "The day on which its source listed it.",
    "name_id": "The id of a name on the list.",
    "released_at": "When managers let the payment go on all the same; null: they have not.",
    "removal_reason": "Why it was taken off the list; null: it was not.",
    "removed_at": "When it was taken off the list; null: it was not.",
    "removed_by": "Who took it off the list, by the `uuid` of his user; null: nobody has.",
    "score": "How many of 100 points the two names are alike.",
    "spelling": "The name or the alias on the list that is like his.",
    "threshold": "How many of 100 points two names must be alike to stop a payment.",
}

OF_SCREENING_SCHEMAS: Mapping[tuple[str, str], str] = {
    ("NameAnswer", "name"): "The name as its source writes it.",
    ("NameAnswer", "source"): "Which list names it.",
    ("NameAnswer", "valid_from"): "The business date from which payments are compared with it.",
    ("NameRequest", "name"): "The name as its source writes it.",
    ("NameRequest", "source"): "Which list names it, such as `UN`.",
    ("NameRequest", "valid_from"): "The business date from which payments are compared with it.",
    ("ScreeningAnswer", "beneficiary"): "The beneficiary's name, as the payer has written it.",
}
