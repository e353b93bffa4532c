"""Pages to be printed: tables under a heading, in one style."""

from collections.abc import Sequence
from enum import StrEnum
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle
from starlette.responses import Response

Rows = Sequence[tuple[str | Flowable, ...]]


class Format(StrEnum):
    """How something is written that can also be printed."""

    JSON = "json"
    PDF = "pdf"


MARGIN = 18 * mm
GRID = TableStyle(
    [
        ("GRID", (0, 0), (-1, -1), 0.25, colors.grey),
        ("FONTSIZE", (0, 0), (-1, -1), 9),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
)
GAP = Spacer(1, 6 * mm)


def pdf_of(title: str, *parts: Flowable) -> bytes:
    """The document; the same parts make the same bytes."""
    page = BytesIO()
    document = SimpleDocTemplate(
        page, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN,
        bottomMargin=MARGIN, title=title, invariant=1,
    )  # fmt: skip
    document.build([heading(title, "Title"), *parts])
    return page.getvalue()


def heading(text: str, style: str = "Heading2") -> Flowable:
    return Paragraph(text, getSampleStyleSheet()[style])


def wrapped(text: str) -> Flowable:
    """A text of any length, broken into lines. Letters that the font lacks are shown as squares."""
    return Paragraph(escape(text), getSampleStyleSheet()["BodyText"])


def table(rows: Rows, *styles: TableStyle, widths: Sequence[float] | None = None) -> Flowable:
    """Columns as wide as their texts, or of these widths in points."""
    made = Table(rows, colWidths=widths, repeatRows=1, hAlign="LEFT")
    for style in (GRID, *styles):
        made.setStyle(style)
    return made


def shown(pdf: bytes, name: str) -> Response:
    """The document as an answer, which a browser shows and keeps under this name."""
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)
