"""Files as people's spreadsheets write them, read into cells of text, and written."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from facilities.exchange import workbooks
from facilities.spreadsheets import BYTE_ORDER_MARK, as_meant, harmless

# As text in a page of the preview it must stay below DATA_UPLOAD_MAX_MEMORY_SIZE.
MOST_BYTES = 1_500_000
MOST_ROWS = 10_000

Record = list[str]


@dataclass(frozen=True)
class Table:
    """Rows of text below headings; `lines` tells where each row stands in the spreadsheet."""

    headings: list[str]
    rows: list[Record] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


def read(data: bytes, known: Sequence[str], needed: Sequence[str]) -> Table:
    """Read CSV or XLSX, whichever it is; raise ValidationError for what cannot be read as a whole.

    `known` are the headings that may stand there and `needed` those that must.
    """
    if len(data) > MOST_BYTES:
        raise ValidationError(
            gettext("This file is larger than %(most)s MB. Split it and import one part at a time.")
            % {"most": MOST_BYTES / 1_000_000},
            code="too_large",
        )
    records = workbooks.records(data) if workbooks.is_one(data) else _of_csv(data)
    numbered = ((line, [as_meant(cell.strip()) for cell in each]) for line, each in records)
    return _table(((line, each) for line, each in numbered if any(each)), known, needed)


def _table(
    records: Iterator[tuple[int, Record]], known: Sequence[str], needed: Sequence[str]
) -> Table:
    headings = [_heading(cell) for cell in next(records, (1, []))[1]]
    while headings and not headings[-1]:
        headings.pop()
    _check_headings(headings, known, needed)
    table = Table(headings)
    for line, record in records:
        if len(table.rows) == MOST_ROWS:
            raise ValidationError(
                gettext("This file has more than %(most)s rows. Split it and import the parts.")
                % {"most": MOST_ROWS},
                code="too_many",
            )
        table.rows.append(_fitted(line, record, len(headings)))
        table.lines.append(line)
    if not table.rows:
        raise ValidationError(gettext("This file has no row below its headings."), code="empty")
    return table


def _heading(cell: str) -> str:
    return re.sub(r"[\s_-]+", "_", cell.casefold())


def _check_headings(headings: list[str], known: Sequence[str], needed: Sequence[str]) -> None:
    for each in headings:
        if each not in known:
            raise ValidationError(
                gettext(
                    "The heading “%(heading)s” is not known. Remove that column, or name it as one "
                    "of these: %(known)s."
                )
                % {"heading": each[:50], "known": ", ".join(known)},
                code="heading",
            )
    twice = next((each for each in headings if headings.count(each) > 1), None)
    if twice:
        raise ValidationError(
            gettext("The heading “%(heading)s” stands there twice. Keep one of the columns.")
            % {"heading": twice},
            code="heading",
        )
    missing = [each for each in needed if each not in headings]
    if missing:
        raise ValidationError(
            gettext(
                "The first row must hold the headings, and these are missing: %(missing)s. "
                "The template has all of them."
            )
            % {"missing": ", ".join(missing)},
            code="heading",
        )


def _fitted(line: int, record: Record, width: int) -> Record:
    """Return a row as wide as the headings; one that is not has lost or gained a separator."""
    if len(record) >= width and not any(record[width:]):
        return record[:width]
    raise ValidationError(
        gettext(
            "Row %(line)s has another number of cells (%(cells)s) than there are headings "
            "(%(headings)s). Put a cell that holds a separator between quotation marks."
        )
        % {"line": line, "cells": len(record), "headings": width},
        code="ragged",
    )


def _of_csv(data: bytes) -> Iterator[tuple[int, Record]]:
    text, separator = _separated(_decoded(data))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 0
    try:
        for line, record in enumerate(reader, 1):
            yield line, record
    except csv.Error as error:
        raise ValidationError(
            gettext(
                "Row %(line)s cannot be read: its quotation marks do not pair up, or a cell is "
                "extremely long. Correct it, or save the file as XLSX."
            )
            % {"line": line + 1},
            code="unreadable",
        ) from error


def _decoded(data: bytes) -> str:
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValidationError(
            gettext(
                "The letters near line %(line)s are in another encoding than UTF-8. Save the file "
                "as “CSV UTF-8”, or as XLSX."
            )
            % {"line": line},
            code="encoding",
        ) from error
    if "\0" in text:
        raise ValidationError(
            gettext("This is neither CSV nor XLSX. Save the spreadsheet as one of these."),
            code="unreadable",
        )
    return text


def _separated(text: str) -> tuple[str, str]:
    """Return the text without a line that only names the separator, and the separator.

    Where a comma stands in decimals, spreadsheets separate by semicolons.
    """
    first, _, rest = text.partition("\n")
    named = re.fullmatch(r"sep=(.)\r?", first)
    if named:
        return rest, named[1]
    headings = next((line for line in text.splitlines() if line.strip()), "")
    return text, max(",;\t", key=headings.count)


def csv_file(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([harmless(cell) for cell in row] for row in (headings, *rows))
    return (BYTE_ORDER_MARK + out.getvalue()).encode()


def xlsx_file(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    return workbooks.written([harmless(cell) for cell in row] for row in (headings, *rows))
