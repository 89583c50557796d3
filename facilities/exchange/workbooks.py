"""XLSX: the first sheet of a workbook, as cells of text."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any
from xml.sax.saxutils import escape  # nosec B406 # it writes, and reads none

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

# A small archive can unpack to more than memory holds.
MOST_UNPACKED = 40_000_000
# As many as Excel knows, and far more than there are headings.
MOST_LINES, MOST_COLUMNS = 1_048_576, 200

ARCHIVE = b"PK\x03\x04"
# Of Excel before 2007, and of workbooks that have a password.
OLE = b"\xd0\xcf\x11\xe0"
UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, InvalidFileException, SyntaxError, EOFError),
    *(KeyError, IndexError, ValueError, TypeError, AttributeError, OverflowError),
    *(NotImplementedError, OSError),
)

NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
PLAIN, HEADING = 1, 2
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# What a workbook of one sheet must have. Format 49 is text.
PARTS = {
    "[Content_Types].xml": f'''<Types xmlns="{PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{KINDS}.sheet.main+xml"/>
<Override PartName="/xl/styles.xml" ContentType="{KINDS}.styles+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KINDS}.worksheet+xml"/>
</Types>''',
    "_rels/.rels": f'''<Relationships xmlns="{PACKAGE}/relationships">
<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>
</Relationships>''',
    "xl/workbook.xml": f'''<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">
<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets>
</workbook>''',
    "xl/_rels/workbook.xml.rels": f'''<Relationships xmlns="{PACKAGE}/relationships">
<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="{OFFICE}/styles" Target="styles.xml"/>
</Relationships>''',
    "xl/styles.xml": f'''<styleSheet xmlns="{MAIN}">
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>
<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill>
<fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>
</cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>''',
}
SHEET = f'''<worksheet xmlns="{MAIN}">
<sheetViews><sheetView workbookViewId="0">
<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>
<cols><col min="1" max="{{columns}}" width="18" style="{PLAIN}" customWidth="1"/></cols>
<sheetData>{{rows}}</sheetData>
</worksheet>'''


def is_one(data: bytes) -> bool:
    return data.startswith((ARCHIVE, OLE))


def records(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of the first sheet with their numbers, as wide as the widest."""
    if data.startswith(OLE):
        raise ValidationError(
            gettext(
                "This workbook is of an old Excel or has a password. Save it as XLSX without one."
            ),
            code="unreadable",
        )
    try:
        rows = _rows(data)
    except UNREADABLE as error:
        raise ValidationError(
            gettext("This workbook cannot be read. Save it as XLSX again, or as CSV."),
            code="unreadable",
        ) from error
    width = max((len(row) for _, row in rows), default=0)
    for line, row in rows:
        yield line, row + [""] * (width - len(row))


def _rows(data: bytes) -> list[tuple[int, list[str]]]:
    """Return the rows in which something stands."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
            raise ValueError("It unpacks to more than is taken.")
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    found = []
    try:
        sheet: Any = book.worksheets[0]
        sheet.reset_dimensions()  # it may claim columns without end
        for line, values in enumerate(sheet.iter_rows(values_only=True), 1):
            if line > MOST_LINES or len(values) > MOST_COLUMNS:
                raise ValueError("It has cells far away from the others.")
            cells = [_text(value) for value in values]
            if any(cells):
                found.append((line, cells))
    finally:
        book.close()
    return found


def _text(value: object) -> str:
    """Return what a cell shows; a date as 2010-01-17, whatever it is shown as."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
    return str(value)


def written(rows: Iterable[list[str]]) -> bytes:
    """Return a workbook whose cells are all text, so that no leading zero is lost in them.

    It is made in memory: openpyxl writes each sheet to a temporary file first, which a crash would
    leave behind.
    """
    listed = list(rows)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in PARTS.items():
            archive.writestr(name, DECLARATION + content)
        columns = len(listed[0])
        lines = (_row(number, row) for number, row in enumerate(listed, 1))
        sheet = SHEET.format(columns=columns, rows="".join(lines))
        archive.writestr("xl/worksheets/sheet1.xml", DECLARATION + sheet)
    return out.getvalue()


def _row(number: int, row: list[str]) -> str:
    style = HEADING if number == 1 else PLAIN
    cells = (
        f'<c r="{get_column_letter(place)}{number}" s="{style}" t="inlineStr">'
        f'<is><t xml:space="preserve">{_escaped(text)}</t></is></c>'
        for place, text in enumerate(row, 1)
    )
    return f'<row r="{number}">{"".join(cells)}</row>'


def _escaped(text: str) -> str:
    return escape(NO_XML.sub("\ufffd", text), {"\r": "&#13;"})
