"""Files of spreadsheets, as people's programs write them."""

import io
import zipfile
from datetime import date, datetime

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from facilities.exchange import tables
from facilities.exchange.tables import Table, csv_file, xlsx_file
from facilities.spreadsheets import as_meant, harmless
from facilities.tests.sheets import cells_of, xlsx_data

KNOWN = ("name", "city")


def read(data: bytes) -> Table:
    return tables.read(data, KNOWN, ("name",))


def refusal(data: bytes) -> str:
    with pytest.raises(ValidationError) as error:
        read(data)
    return error.value.messages[0]


@pytest.mark.parametrize(
    "data",
    [
        b"name,city\nNorth,Omaha\n",
        b"\xef\xbb\xbfname,city\r\nNorth,Omaha\r\n",
        b"name;city\nNorth;Omaha\n",
        b"sep=;\nname;city\nNorth;Omaha\n",
        b"name\tcity\nNorth\tOmaha\n",
        "name\tcity\nNorth\tOmaha\n".encode("utf-16"),
        b'"name","city"\n" North ","Omaha"',
        b"NAME, City\n\nNorth,Omaha\n,\n",
        b"city,name\nOmaha,North\n",
    ],
)
def test_what_spreadsheets_write_is_read(data):
    table = read(data)
    (row,) = (dict(zip(table.headings, each, strict=True)) for each in table.rows)
    assert row == {"name": "North", "city": "Omaha"}


def test_rows_are_numbered_as_the_spreadsheet_numbers_them():
    assert read(b'name,city\n\n"North\nside",Omaha\n,\nSouth,Omaha\n').lines == [3, 5]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("name,city\nN,Omaha\nÖst,Omaha\n".encode("latin-1"), "near line 3 are in another encod"),
        (b"name,town\nNorth,Omaha\n", "“town” is not known"),
        (b"city\nOmaha\n", "these are missing: name"),
        (b"", "these are missing: name"),
        (b"name,name\nNorth,South\n", "“name” stands there twice"),
        (b"name,city\n", "no row below its headings"),
        (
            b"name,city\nNorth, the,Omaha\n",
            "Row 2 has another number of cells (3) than there are headings (2)",
        ),
        (b"name,city\nNorth\n", "Row 2 has another number of cells (1)"),
        (b'name,city\nNorth,Omaha\n"South,Omaha\n', "Row 3 cannot be read"),
        (b"name,city\n" + b"x" * 200_000 + b",Omaha\n", "Row 2 cannot be read"),
        (b"name,city\nNo\0rth,Omaha\n", "neither CSV nor XLSX"),
        (b"name\n" + b"x" * tables.MOST_BYTES, "larger than 1.5 MB"),
        (b"name\n" + b"x\n" * (tables.MOST_ROWS + 1), "more than 10000 rows"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old Excel or has a password"),
        (b"PK\x03\x04 and no more", "This workbook cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(data, words):
    assert words in refusal(data)


def test_the_cells_of_a_workbook_are_read_as_they_are_meant():
    data = xlsx_data(
        ["name", "city"],
        [date(2010, 1, 17), 68102],
        [None, None],
        [datetime(2010, 1, 17, 9), 12.0],
        [True, "'=1+1"],
    )
    table = read(data)
    assert table.lines == [2, 4, 5]
    assert table.rows == [["2010-01-17", "68102"], ["2010-01-17T09:00:00", "12"], ["yes", "=1+1"]]


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 50_000_000)
    assert len(out.getvalue()) < tables.MOST_BYTES
    assert "cannot be read" in refusal(out.getvalue())


@pytest.mark.parametrize("write", [csv_file, xlsx_file])
@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "'="])
def test_no_cell_and_no_heading_is_a_formula(write, begin):
    (headings, row) = cells_of(write([f"{begin}1", "b"], [[f"{begin}2", "-"]]))
    assert [cell[0] for cell in (*headings[:1], *row)] == ["'"] * 3


@pytest.mark.parametrize("write", [csv_file, xlsx_file])
def test_what_is_written_is_read_back(write):
    rows = [
        ["=1+1", "'; --"],
        ["'=x", "🌵 Ñandú"],
        ['a "b", c;d', "two\nlines"],
        ["x" * 5000, "02134"],
    ]
    table = read(write(KNOWN, rows))
    assert table.rows == rows


@given(st.text())
def test_a_harmless_cell_is_read_as_it_was_meant(cell):
    assert as_meant(harmless(cell)) == cell
    assert not harmless(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
