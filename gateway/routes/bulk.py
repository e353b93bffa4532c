"""Files of transfers: sent whole, checked whole, then done line by line."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from contracts.account.bulk import (
    LINES_MAX,
    BulkFileStarted,
    BulkLineDone,
    BulkLines,
    BulkLineState,
    CancelBulkFile,
    GetBulkFile,
    ListBulkFiles,
    ListBulkLines,
    StartBulkFile,
)
from gateway.answers.accounts import ACCOUNT, OTHER_ACCOUNT
from gateway.answers.bulk import (
    A_LINE,
    FILE,
    BulkFileAccepted,
    BulkFileAnswer,
    BulkFilesAnswer,
    BulkLinesAnswer,
)
from gateway.bulk.formats import CSV, JSON_LINES, XML
from gateway.bulk.reading import ControlTotals, read_file
from gateway.bulk.results import COLUMNS, table_of
from gateway.bulk.sending import send_file
from gateway.edge import Call
from gateway.endpoint import Takes, Upload
from gateway.idempotency import REPLAYED, Key
from gateway.money import Amount
from gateway.operations import ApprovalPending
from gateway.routing import EdgeRouter, Rendering
from gateway.schemas import After, Limit, RowFilter, UuidPath

router = EdgeRouter("/api/transactions/bulk", "transactions")

FILE_BYTES_MAX = 4 * 1024 * 1024
RESULT_LINES = 200  # asked for at once

FilePath = Annotated[UuidPath, Path(examples=[FILE])]

_TABLE = (
    "from_account,to_account,amount,currency,description,reference\n"
    f"{ACCOUNT},{OTHER_ACCOUNT},10.50,INR,salary,salary-11-1\n"
)
_OBJECT = (
    f'{{"from_account": "{ACCOUNT}", "to_account": "{OTHER_ACCOUNT}", "amount": "10.50", '
    '"reference": "salary-11-1"}\n'
)
_DOCUMENT = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>
  <GrpHdr>
    <MsgId>salaries-11</MsgId><CreDtTm>2026-01-01T10:00:00Z</CreDtTm>
    <NbOfTxs>1</NbOfTxs><CtrlSum>10.50</CtrlSum><InitgPty><Nm>Acme</Nm></InitgPty>
  </GrpHdr>
  <PmtInf>
    <PmtInfId>salaries</PmtInfId><PmtMtd>TRF</PmtMtd>
    <ReqdExctnDt><Dt>2026-01-01</Dt></ReqdExctnDt><Dbtr><Nm>Acme</Nm></Dbtr>
    <DbtrAcct><Id><Othr><Id>{ACCOUNT}</Id></Othr></Id></DbtrAcct>
    <DbtrAgt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></DbtrAgt>
    <CdtTrfTxInf>
      <PmtId><EndToEndId>salary-11-1</EndToEndId></PmtId>
      <Amt><InstdAmt Ccy="INR">10.50</InstdAmt></Amt>
      <CdtrAcct><Id><Othr><Id>{OTHER_ACCOUNT}</Id></Othr></Id></CdtrAcct>
      <RmtInf><Ustrd>salary</Ustrd></RmtInf>
    </CdtTrfTxInf>
  </PmtInf>
</CstmrCdtTrfInitn></Document>
"""
FILES = Takes(FILE_BYTES_MAX, {CSV: _TABLE, **dict.fromkeys(JSON_LINES, _OBJECT), XML: _DOCUMENT})
_RESULT = "{}\r\n{}\r\n".format(
    ",".join(COLUMNS), ",".join(str(A_LINE[name] or "") for name in COLUMNS)
)


@router.calls(
    StartBulkFile, "POST ", gives=BulkFileAccepted, status=202, key=Key.REQUIRED, takes=FILES,
    also={202: BulkFileAccepted | ApprovalPending},
    later=Rendering(202, BulkFileAccepted, BulkFileStarted),
)  # fmt: skip
async def send_bulk_file(
    call: Call,
    upload: Upload,
    lines: Annotated[
        RowFilter, Query(description="How many transfers it holds; if it does not, it is refused.")
    ] = None,
    total: Annotated[
        Amount | None, Query(description="The sum of its amounts; if it is not, it is refused.")
    ] = None,
) -> Response:
    """Have up to 10,000 transfers made, each once, however often the file is sent.

    All of the file is checked first: with any fault nothing is kept, and the answer names the first
    hundred of them by line. Then each line is a transfer of yours; a refused one stops no other.
    """
    file = await read_file(upload.content, upload.media, ControlTotals(lines, total))
    reply = await send_file(call, file)
    accepted = BulkFileAccepted.about(reply.message)
    replayed = REPLAYED if reply.replayed else {}
    return accepted.response(202, {"Location": accepted.status_url, **replayed})


@router.asks(ListBulkFiles, "GET ", answers=BulkFilesAnswer)
def list_bulk_files(limit: Limit = 25, cursor: After = None) -> ListBulkFiles:
    """Files of transfers, newest first; a customer sees his own."""
    return ListBulkFiles(limit=limit, cursor=cursor)


@router.asks(GetBulkFile, "GET /{file_id}", answers=BulkFileAnswer)
def get_bulk_file(file_id: FilePath) -> GetBulkFile:
    """A file of transfers and how far it got."""
    return GetBulkFile(file_id=file_id)


@router.asks(ListBulkLines, "GET /{file_id}/lines", answers=BulkLinesAnswer)
def list_bulk_lines(
    file_id: FilePath,
    state: Annotated[BulkLineState | None, Query()] = None,
    limit: Limit = 25,
    cursor: After = None,
) -> ListBulkLines:
    """The transfers of a file in its order, with what became of each."""
    return ListBulkLines(file_id=file_id, state=state, limit=limit, cursor=cursor)


@router.calls(ListBulkLines, "GET /{file_id}/result", gives=None, table=_RESULT)
async def get_bulk_result(call: Call, file_id: FilePath) -> Response:
    """The same of all lines, as a table that a spreadsheet may open: what it would take for a
    formula stands behind an apostrophe."""
    lines = [line async for line in _all_lines(call, file_id)]
    headers = {"Content-Disposition": f'attachment; filename="{file_id}.csv"'}
    return Response(table_of(lines), media_type=CSV, headers=headers)


@router.sends(CancelBulkFile, "POST /{file_id}/cancel", answers=BulkFileAnswer, status=200)
def cancel_bulk_file(file_id: FilePath) -> CancelBulkFile:
    """Stop what has not been done yet; what was done stays."""
    return CancelBulkFile(file_id=file_id)


async def _all_lines(call: Call, file_id: UUID) -> AsyncIterator[BulkLineDone]:
    """Page by page, and no more pages than a file can fill."""
    cursor = None
    for _ in range(LINES_MAX // RESULT_LINES):
        page = await call.ask(ListBulkLines(file_id=file_id, limit=RESULT_LINES, cursor=cursor))
        assert isinstance(page, BulkLines)
        for line in page.items:
            yield line
        cursor = page.next_cursor
        if cursor is None:
            return
