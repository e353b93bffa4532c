"""What the message classes say, written out for readers without Python: contracts/schemas.

`python -m contracts.generate` writes one JSON Schema per message and `asyncapi.yaml`;
`python -m contracts.generate --check` writes nothing, names every file that differs and fails.
"""
