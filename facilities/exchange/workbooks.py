"""XLSX: the first sheet of a workbook, as cells of text."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.cell.write_only import WriteOnlyCell
from openpyxl.styles import Font
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
    NotImplementedError,
)


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
    """Return a workbook whose cells are all text, so that no leading zero is lost in them."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet()
    sheet.freeze_panes = "A2"
    for number, row in enumerate(rows):
        if number == 0:
            _shape_columns(sheet, len(row))
        sheet.append([_cell(sheet, text, is_heading=number == 0) for text in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _shape_columns(sheet: Any, count: int) -> None:
    for number in range(1, count + 1):
        column = sheet.column_dimensions[get_column_letter(number)]
        column.width, column.number_format = 18, "@"


def _cell(sheet: Any, text: str, *, is_heading: bool) -> Any:
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("\ufffd", text))
    cell.number_format = "@"
    if is_heading:
        cell.font = Font(bold=True)
    return cell
