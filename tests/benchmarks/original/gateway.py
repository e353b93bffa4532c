"""The original's gateway: every call goes to its service as it came, and the answer back."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Request, Response

LIMITS = httpx.Limits(max_connections=64, max_keepalive_connections=64)


@asynccontextmanager
async def _connected(app: FastAPI) -> AsyncIterator[None]:
    url = os.environ["ORIGINAL_SERVICE_URL"]
    async with httpx.AsyncClient(base_url=url, limits=LIMITS, timeout=30) as client:
        app.state.service = client
        yield


app = FastAPI(lifespan=_connected)


@app.post("/api/transactions/transfers")
async def pass_on(request: Request) -> Response:
    headers = {name: request.headers[name] for name in ("authorization", "content-type")}
    service: httpx.AsyncClient = request.app.state.service
    answer = await service.post("/transfers", content=await request.body(), headers=headers)
    return Response(answer.content, answer.status_code, media_type="application/json")
