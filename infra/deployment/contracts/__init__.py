"""What the message classes say, written out for readers without Python: contracts/schemas.

`python -m infra.deployment.contracts` writes one JSON Schema per message and `asyncapi.yaml`; with
`--check` it writes nothing, names every file that differs and fails.
"""
