"""Words about partners: other banks' systems that may send the bank commands."""

from collections.abc import Mapping

PARTNER_FIELDS: Mapping[str, str] = {
    "accounts": "The numbers of the accounts that it may debit and ask about.",
    "allowed_types": "The types of messages that it may send.",
    "asyncapi": "The version of AsyncAPI.",
    "body": "How the body begins, as text.",
    "channels": "Where it writes, and where it reads.",
    "command_limit": "The most that one of its commands may move.",
    "components": "The messages, with their headers, schemas and examples.",
    "event_accounts": "The numbers of the accounts of whose events it is told; empty: of none.",
    "event_types": "The types of events of these accounts of which it is told.",
    "info": "Whose lane it is, and its version.",
    "key_id": "The id by which its messages name the key.",
    "operations": "What it may send, with its limits, and what it is answered.",
    "per_minute": "How many messages it may send in a minute.",
    "public_key": "The 32 bytes of the Ed25519 public key, in Base64.",
    "received_at": "When it arrived.",
    "replay_asked_at": "When it was asked to be judged again; null: it was not.",
    "replay_code": "Why it was refused again; null: it was let in, or not judged again.",
    "replayed_at": "When it was judged again; null: it was not, or not yet.",
    "servers": "Its virtual host at the broker.",
    "size": "How many bytes its body had.",
    "suspended_because": (
        "Why it is suspended: `on-request` of somebody, or for `bad-signatures`, when its intake "
        "closed by itself; null: it is not."
    ),
}

OF_PARTNER_SCHEMAS: Mapping[tuple[str, str], str] = {
    (schema, field): words
    for schemas, field, words in (
        (
            ("PartnerAnswer", "NewPartnerAnswer", "PartnerRequest"),
            "daily_limit",
            "The most that its commands of one business day may move.",
        ),
        (
            ("PartnerAnswer", "NewPartnerAnswer"),
            "keys",
            "The public keys that count now, one or two.",
        ),
        (("PartnerRequest",), "keys", "One or two public keys."),
        (
            ("PartnerAnswer", "NewPartnerAnswer", "PartnerRequest", "PasswordAnswer"),
            "name",
            "Its name, in all addresses and queues of its lane.",
        ),
        (
            ("NewPartnerAnswer", "PasswordAnswer"),
            "password",
            "Of its user at the broker; shown this once.",
        ),
        (("QuarantinedAnswer",), "code", "Why it was refused, as a stable code."),
        (("QuarantinedAnswer",), "detail", "Why it was refused, in words."),
        (("QuarantinedAnswer",), "key_id", "The key that it named; null: it named none."),
        (("QuarantinedAnswer",), "message_id", "Its id as it was sent; null: it had none."),
        (("QuarantinedAnswer",), "type", "Its type as it was sent; null: it had none."),
    )
    for schema in schemas
}
