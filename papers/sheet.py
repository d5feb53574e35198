"""A printed paper: A4, Chinese and English side by side, one embedded font, the number as a barcode.

The font is cut from Noto Sans SC (SIL Open Font License 1.1, `font/OFL.txt`; how, says docs/papers.md). Only the
characters that a paper uses are embedded, so that it is a few tens of kilobytes and reads the same on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from importlib import resources
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import HRFlowable, Paragraph, SimpleDocTemplate, Spacer, Table

FONT = "NotoSansSC"
MISSING = "〓"
"""Stands where the font has no such character (下鍵符号, the printers' own sign for it)."""

_MARGIN = 15 * mm
_WIDTH = A4[0] - 2 * _MARGIN - 12  # a frame keeps six points free on either side
_LABEL = 48 * mm  # of the column that says what a value is
_QUIET = 8 * mm  # white beside the bars, without which no scanner finds them
_THICKNESS = 0.33 * mm  # of the thinnest bar: what a hand scanner reads from any printer

_TITLE = ParagraphStyle("title", fontName=FONT, fontSize=17, leading=23)
_TEXT = ParagraphStyle("text", fontName=FONT, fontSize=9.5, leading=13, wordWrap="CJK")
_SMALL = ParagraphStyle("small", parent=_TEXT, fontSize=8, leading=11, textColor=colors.HexColor("#444444"))

Pair = tuple[str, str]
"""The same in Chinese and in English."""


class Sheet:
    """One paper, filled from top to bottom. `number` is what its barcode and the foot of each page say."""

    def __init__(self, title: Pair, number: str) -> None:
        self._number = number
        self._title = title
        self._parts: list[Any] = []
        self.missing: set[str] = set()
        self._parts += [Paragraph(self._both(title), _TITLE), Spacer(0, 2 * mm), self._barcode(number)]
        self._parts += [Paragraph(self._own(number), _TEXT), Spacer(0, 3 * mm)]

    def fields(self, rows: Sequence[tuple[Pair, str]]) -> None:
        """What is what, a line each; a line without a value is left out."""
        cells = [
            [self._cell(self._both(label), _SMALL), self._cell(self._own(value))] for label, value in rows if value
        ]
        self._table(cells, [_LABEL, _WIDTH - _LABEL])

    def table(self, heading: Sequence[Pair], rows: Sequence[Sequence[str]], widths: Sequence[float]) -> None:
        """Lines of goods. `widths` are shares of the page's width; the heading stands on each page anew."""
        cells = [[self._cell(self._both(one), _SMALL) for one in heading]]
        cells += [[self._cell(self._own(value)) for value in row] for row in rows]
        whole = sum(widths)
        self._table(cells, [_WIDTH * width / whole for width in widths], heading=True)

    def steps(self, title: Pair, steps: Sequence[Pair]) -> None:
        """What to do, one after the other: all of it in Chinese, then all of it in English."""
        for language in (0, 1):
            self._parts.append(Paragraph(self._own(title[language]), _TEXT))
            for place, step in enumerate(steps, start=1):
                style = _TEXT if language == 0 else _SMALL
                self._parts.append(Paragraph(self._own(f"{place}. {step[language]}"), style))
            self._parts.append(Spacer(0, 2 * mm))

    def blanks(self, labels: Sequence[Pair]) -> None:
        """Lines to be filled in by hand."""
        cells = [[self._cell(self._both(label), _SMALL), ""] for label in labels]
        self._table(cells, [_LABEL, _WIDTH - _LABEL], height=9 * mm)

    def cut(self, hint: Pair) -> None:
        """A line to cut along."""
        line = HRFlowable(width="100%", thickness=0.6, color=colors.black, dash=(3, 3), spaceBefore=8, spaceAfter=2)
        self._parts += [line, Paragraph(self._both(hint), _SMALL), Spacer(0, 3 * mm)]

    def pdf(self) -> bytes:
        """The finished file. The same paper gives the same bytes."""
        out = BytesIO()
        zh, en = self._title
        document = SimpleDocTemplate(
            out, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN, bottomMargin=_MARGIN,
            title=f"{zh} {en} {self._number}", author="", lang="zh-CN", initialFontName=FONT,
            invariant=1,
        )  # fmt: skip
        canvas = partial(Canvas, initialFontName=FONT)  # type: ignore[arg-type]  # the stub errs: a name
        document.build(self._parts, onFirstPage=self._foot, onLaterPages=self._foot, canvasmaker=canvas)
        return out.getvalue()

    def _foot(self, canvas: Canvas, _: object) -> None:
        canvas.setFont(FONT, 7)
        canvas.drawRightString(A4[0] - _MARGIN, 9 * mm, f"{self._number} · {canvas.getPageNumber()}")

    def _barcode(self, number: str) -> Code128:
        """The bars alone: their own letters would come in a font that is not embedded."""
        bars = _bars(number, _THICKNESS)
        if bars.width > _WIDTH:
            bars = _bars(number, _THICKNESS * (_WIDTH - 2 * _QUIET) / (bars.width - 2 * _QUIET))
        bars.hAlign = "LEFT"
        return bars

    def _table(self, cells: list[list[Any]], widths: list[float], *, heading: bool = False, height: float = 0) -> None:
        if not cells:
            return
        style: list[Any] = [
            ("GRID", (0, 0), (-1, -1), 0.4, colors.HexColor("#888888")),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        ]
        heights = [height] * len(cells) if height else None
        table = Table(cells, colWidths=widths, rowHeights=heights, repeatRows=int(heading), style=style)
        self._parts += [table, Spacer(0, 3 * mm)]

    def _cell(self, text: str, style: ParagraphStyle = _TEXT) -> Paragraph:
        return Paragraph(text, style)

    def _both(self, pair: Pair) -> str:
        return self._own(" ".join(pair))

    def _own(self, text: str) -> str:
        """The text as the font can show it, with mark-up taken as text."""
        known = _font().face.charToGlyph
        self.missing |= {one for one in text if ord(one) not in known and one not in "\n"}
        return escape("".join(one if ord(one) in known else " " if one.isspace() else MISSING for one in text))


def _bars(number: str, thickness: float) -> Code128:
    return Code128(number, barHeight=14 * mm, barWidth=thickness, humanReadable=False, lquiet=_QUIET, rquiet=_QUIET)


@cache
def _font() -> TTFont:
    """The font, known to the library from now on."""
    found = resources.files("papers").joinpath("font/NotoSansSC-Regular.ttf")
    with found.open("rb") as file:
        font = TTFont(FONT, BytesIO(file.read()))
    pdfmetrics.registerFont(font)
    return font
