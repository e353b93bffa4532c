"""The yardstick of the HTTP figures: a FastAPI route that checks a token and answers, no more.

`BENCHMARK_JWKS` holds the bank's public keys. The second route remembers what it has checked, as
the gateway does.
"""

import json
import os
from typing import Annotated, Any

import jwt
from fastapi import Depends, FastAPI, Header, HTTPException

from contracts.auth import AUDIENCE, ISSUER

app = FastAPI()
_KEYS = jwt.PyJWKSet.from_dict(json.loads(os.environ["BENCHMARK_JWKS"]))
_checked: dict[str, dict[str, Any]] = {}


def claims(authorization: Annotated[str, Header()]) -> dict[str, Any]:
    """What the token says, after its signature, issuer, audience and times were found right."""
    token = authorization.removeprefix("Bearer ")
    try:
        key = _KEYS[jwt.get_unverified_header(token)["kid"]]
        return jwt.decode(token, key, algorithms=["ES256"], audience=AUDIENCE, issuer=ISSUER)
    except (jwt.PyJWTError, KeyError) as error:
        raise HTTPException(401) from error


async def checked(authorization: Annotated[str, Header()]) -> dict[str, Any]:
    return claims(authorization)


async def remembered(authorization: Annotated[str, Header()]) -> dict[str, Any]:
    if authorization not in _checked:
        _checked[authorization] = claims(authorization)
    return _checked[authorization]


@app.post("/checked", status_code=201)
async def answer_checked(who: Annotated[dict[str, Any], Depends(checked)]) -> dict[str, str]:
    return {"status": "COMPLETED", "subject": who["sub"]}


@app.post("/remembered", status_code=201)
async def answer_remembered(who: Annotated[dict[str, Any], Depends(remembered)]) -> dict[str, str]:
    return {"status": "COMPLETED", "subject": who["sub"]}
