"""`/docs`: the OpenAPI document as a page to read and to try, with nothing from a foreign server.

The page is Swagger UI, whose files come with the package fastapi-offline. It may run no script but
these, speak to nobody but the bank, and stand in nobody's frame. A token typed into it stays in the
page and is gone with it.
"""

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse, RedirectResponse

from gateway.problems import not_found

router = APIRouter(include_in_schema=False)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Core bank: the calls over HTTP</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="data:,">
<div id="calls"></div>
<noscript>This page needs scripts. The document itself: <a href="/openapi.json">openapi.json</a>.
</noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
"""
START = """SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#calls", deepLinking: true, docExpansion: "none",
  displayRequestDuration: true, filter: true, persistAuthorization: false, validatorUrl: null
});
"""
SCRIPT = "text/javascript"
KINDS = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": SCRIPT}
DAY_SECONDS = 86_400

FOLDER = Path(str(files("fastapi_offline") / "static"))


@router.get("/", response_model=None)
async def begin() -> Response:
    """Whoever opens the address of the bank in a browser finds what it can do."""
    return RedirectResponse("/docs", 307)


@router.get("/docs", response_model=None)
async def docs() -> Response:
    return Response(PAGE, media_type="text/html", headers={"Content-Security-Policy": POLICY})


@router.get("/docs/start.js", response_model=None)
async def start() -> Response:
    return Response(START, media_type=SCRIPT)


@router.get("/docs/{name}", response_model=None)
async def part(name: str) -> Response:
    """A file of Swagger UI, to be kept by the browser for a day."""
    if name not in KINDS:
        raise not_found()
    kept = {"Cache-Control": f"public, max-age={DAY_SECONDS}"}
    return FileResponse(FOLDER / name, media_type=KINDS[name], headers=kept)
