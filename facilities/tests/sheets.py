"""Files as a spreadsheet saves them, and an administrator who imports them."""

import csv
import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from accounts.tests.factories import UserFactory
from facilities.exchange.previews import Preview


def csv_data(*rows: dict[str, str]) -> bytes:
    """Return a CSV file whose headings are those of the first row."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def xlsx_data(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cells_of(data: bytes) -> list[list[Any]]:
    """Return the cells of a file, whichever it is, as they stand there."""
    if data.startswith(b"PK"):
        sheet = load_workbook(io.BytesIO(data)).active
        return [["" if cell is None else cell for cell in row] for row in sheet.values]
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


class Importer:
    """An administrator on the pages of one kind of row, such as `patients_patient`."""

    def __init__(self, kind: str) -> None:
        self.kind, self.client, self.user = kind, Client(), UserFactory(role="admin")
        self.client.force_login(self.user)

    def url(self, page: str, *args: str) -> str:
        return reverse(f"admin:{self.kind}_{page}", args=args)

    def look(self, data: bytes, name: str = "file.csv") -> Any:
        """Upload a file and return the page that says what it would do."""
        return self.client.post(self.url("import"), {"file": SimpleUploadedFile(name, data)})

    def confirm(self, page: Any) -> Any:
        return self.client.post(self.url("import"), {"preview": page.context["packed"]})

    def preview(self, data: bytes) -> Preview:
        page = self.look(data)
        assert "preview" in page.context, page.context["form"].errors
        return page.context["preview"]

    def bring_in(self, data: bytes) -> Preview:
        """Import for good; return what was done."""
        page = self.look(data)
        assert "preview" in page.context, page.context["form"].errors
        assert page.context["packed"], page.context["preview"].refusals
        return self.confirm(page).context["done"]

    def refusals(self, data: bytes) -> list[tuple[int, str, str]]:
        return [tuple(each) for each in self.preview(data).refusals]

    def error(self, data: bytes) -> str:
        """Return why the file as a whole is refused."""
        return " ".join(self.look(data).context["form"].errors["file"])

    def export(self, form: str = "csv", **filters: str) -> bytes:
        answer = self.client.get(self.url("export", form), filters)
        assert answer.status_code == 200
        return answer.content


def told(preview: Preview) -> tuple[int, int, int, int]:
    """Return how many rows are new, changed, unchanged and refused."""
    return len(preview.new), len(preview.changed), preview.unchanged, preview.refused
