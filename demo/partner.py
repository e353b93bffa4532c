"""Another bank's program, which needs nothing of ours: it sends a signed transfer to its own lane
and reads the answer from its own queue. `python demo/partner.py FROM TO AMOUNT`, with

    PARTNER_URL   amqp://partner.acme-bank:PASSWORD@host:port/bank.partner.acme-bank
    PARTNER_KEY   the file of its private key, PEM, by which every message is signed
    PARTNER_KEY_ID the id under which the bank knows the public key

`python demo/partner.py --new-key FILE` makes a key and prints the public half for the bank.
"""

import base64
import hashlib
import json
import os
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import pika
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

WAIT_SECONDS = 30


def new_key(file: Path) -> str:
    """The public key in Base64; the private one goes into the file and nowhere else."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    file.touch(0o600)
    file.write_bytes(pem)
    public = key.public_key().public_bytes(form.Encoding.Raw, form.PublicFormat.Raw)
    return base64.b64encode(public).decode()


def signature(user: str, message_id: str, kind: str, timestamp: int, body: bytes) -> str:
    """Six lines, signed: docs/partners.md."""
    digest = hashlib.sha256(body).hexdigest()
    text = "\n".join(("bank-partner-1", user, message_id, kind, str(timestamp), digest))
    key = form.load_pem_private_key(Path(os.environ["PARTNER_KEY"]).read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey)
    return base64.b64encode(key.sign(text.encode())).decode()


def ask(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """Send one message and wait for its answer; sent again under its id it is done once."""
    parameters = pika.URLParameters(os.environ["PARTNER_URL"])
    user, raw = parameters.credentials.username, json.dumps(body).encode()
    message_id, now = str(uuid.uuid4()), int(time.time())
    headers = {
        "key-id": os.environ["PARTNER_KEY_ID"],
        "signature": signature(user, message_id, kind, now, raw),
    }
    properties = pika.BasicProperties(
        user_id=user, message_id=message_id, type=kind, timestamp=now, headers=headers,
        content_type="application/json", delivery_mode=2,
    )  # fmt: skip
    with pika.BlockingConnection(parameters) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish(user, "", raw, properties, mandatory=True)
        queue = f"{user}.answers"
        for method, found, answer in channel.consume(queue, inactivity_timeout=WAIT_SECONDS):
            if method is None:
                raise TimeoutError(f"no answer to {message_id} yet: send it again")
            channel.basic_ack(method.delivery_tag)
            if found.correlation_id == message_id:
                return {"type": found.type, **json.loads(answer)}
    raise ConnectionError("the broker closed the queue")


if __name__ == "__main__":
    if sys.argv[1] == "--new-key":
        sys.stdout.write(new_key(Path(sys.argv[2])) + "\n")
    else:
        source, target, amount = sys.argv[1:4]
        wish = {"from_account": source, "to_account": target, "amount": amount}
        sys.stdout.write(json.dumps(ask("transfer-between-accounts.v1", wish)) + "\n")
