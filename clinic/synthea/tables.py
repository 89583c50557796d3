"""Rows of a CSV file as a stream, in which columns are found by their header."""

import csv
import io
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from clinic.synthea.report import FileReport

BATCH = 500

Progress = Callable[[str, float], None]
Batch = list["Row"]


class UnreadableTableError(ValueError):
    """A file that is missing, or has no such columns; the message is a full sentence."""


class BrokenRowError(ValueError):
    """A row that cannot be imported; the message names the column and never what stands there."""


class UnparseableError(ValueError):
    """Text that is not CSV in UTF-8 from some line on."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True)
class Columns:
    """The columns to read; a column with other names in other versions lists them after `|`."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    unique: str = ""


@dataclass(frozen=True)
class Row:
    """The wanted cells of one record, by column; absent columns read as empty."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def needed(self, column: str) -> str:
        """Return the cell, or raise `BrokenRowError` when it is empty."""
        if not self[column]:
            raise BrokenRowError(f"{column} is empty.")
        return self[column]


class Table:
    """A CSV file whose header has been checked; `batches()` reads the rest as often as asked."""

    def __init__(
        self, path: Path, columns: Columns, progress: Progress = lambda _name, _share: None
    ) -> None:
        self.path, self.columns, self.progress = path, columns, progress
        try:
            with closing(self._records()) as records:
                self.positions = self._positions(next(records, (1, []))[1])
        except OSError as error:
            raise UnreadableTableError(f"{path} cannot be read: {error.strerror}.") from error
        except UnparseableError as error:
            raise UnreadableTableError(f"{path.name}, line {error.line}: {error}") from error

    def _positions(self, header: list[str]) -> dict[str, int]:
        self.width = len(header)
        places = {name.strip().casefold(): place for place, name in reversed([*enumerate(header)])}
        found = {}
        for column in (*self.columns.required, *self.columns.optional):
            names = column.split("|")
            place = next((places[n.casefold()] for n in names if n.casefold() in places), None)
            if place is not None:
                found[names[0]] = place
            elif column in self.columns.required:
                raise UnreadableTableError(
                    f"{self.path.name} has no column {' or '.join(names)}. Export it again, or "
                    "add the column."
                )
        return found

    def batches(self, report: FileReport) -> Iterator[Batch]:
        """Yield the sound rows in lists of bounded length; the report receives the others."""
        rows = self.rows(report)
        while batch := list(islice(rows, BATCH)):
            yield batch

    def rows(self, report: FileReport) -> Iterator[Row]:
        seen: dict[str, int] = {}
        with closing(self._records(progress=True)) as records:
            try:
                for line, record in islice(records, 1, None):
                    try:
                        row = self._row(line, record, seen)
                    except BrokenRowError as problem:
                        report.refuse(line, str(problem))
                    else:
                        yield row
            except UnparseableError as problem:
                report.refuse(problem.line, str(problem))

    def _row(self, line: int, record: list[str], seen: dict[str, int]) -> Row:
        if len(record) != self.width:
            raise BrokenRowError(
                f"The row has {len(record)} fields where the header has {self.width}."
            )
        row = Row(line, {name: record[place].strip() for name, place in self.positions.items()})
        if any("\0" in cell for cell in row.cells.values()):
            raise BrokenRowError("The row holds a NUL character.")
        if self.columns.unique:
            key = row.needed(self.columns.unique)
            if seen.setdefault(key, line) != line:
                raise BrokenRowError(f"{self.columns.unique} stands in line {seen[key]} already.")
        return row

    def _records(self, *, progress: bool = False) -> Generator[tuple[int, list[str]], None, None]:
        """Yield records with the line they begin on; blank lines are passed over."""
        begins = 1
        size = self.path.stat().st_size or 1
        with (
            self.path.open("rb") as file,
            io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text,
        ):
            reader = csv.reader(text, strict=True)
            try:
                for record in reader:
                    if record:
                        yield begins, record
                    begins = reader.line_num + 1
                    if progress and reader.line_num % BATCH == 0:
                        self.progress(self.path.name, file.tell() / size)
            except csv.Error:
                raise UnparseableError(begins, "The quotation marks do not pair up.") from None
            except UnicodeDecodeError:
                raise UnparseableError(begins, "The text near this line is not UTF-8.") from None
