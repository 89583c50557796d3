"""What a cell of text becomes in a model, and back.

A cell that cannot be read raises ValueError with a sentence for a person. An empty cell empties its
field; in a column that is `kept` it leaves what is there or what new rows begin with.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import phonenumbers
from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from import_export.fields import Field
from import_export.widgets import ManyToManyWidget, Widget

NUMBERED = re.compile(r"(.+) \(#(\d{1,18})\)")
SEPARATOR = ";"


def folded(name: str) -> str:
    """Return a name as names are compared: without regard to case and spaces."""
    return " ".join(name.split()).casefold()


class Text(Widget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        return value


class OrNone(Widget):
    """Text that a row may be without."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        return value or None


class Number(Widget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> int | None:
        if value and not re.fullmatch("[0-9]{1,9}", value):
            raise ValueError(gettext("Write a whole number."))
        return int(value) if value else None


class Word(Widget):
    """One of the words that a model knows, in whatever case."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        return value.casefold() or None


class YesNo(Widget):
    WORDS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        if value and value.casefold() not in self.WORDS:
            raise ValueError(gettext("Write yes or no."))
        return self.WORDS.get(value.casefold())

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "yes" if value else "no"


class Directory:
    """Rows by name; where several share one, the number behind the name tells which is meant."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.by_pk: dict[int, Any] = {row.pk: row for row in rows}
        self.by_name: dict[str, list[Any]] = defaultdict(list)
        for row in self.by_pk.values():
            self.by_name[folded(row.name)].append(row)

    def written(self, row: Any) -> str:
        """Return the name that `find` finds this row by."""
        is_alone = len(self.by_name.get(folded(row.name), [])) < 2
        return str(row.name) if is_alone or row.pk is None else f"{row.name} (#{row.pk})"

    def find(self, text: str) -> Any | None:
        """Return the row of this name; raise ValueError where more than one has it."""
        if numbered := self._numbered(text):
            return numbered
        found = self.by_name.get(folded(text), [])
        if len(found) > 1:
            which = ", ".join(self.written(row) for row in found)
            words = gettext("Several have this name. Write one of these: %(which)s.")
            raise ValueError(words % {"which": which})
        return found[0] if found else None

    def without_number(self, text: str) -> str:
        """Return the bare name of what may be a name with its number."""
        return text.rpartition(" (#")[0] if self._numbered(text) else text

    def _numbered(self, text: str) -> Any | None:
        match = NUMBERED.fullmatch(text)
        row = self.by_pk.get(int(match[2])) if match else None
        is_it = row is not None and match is not None and folded(row.name) == folded(match[1])
        return row if is_it else None


class Reference(Widget):
    """A row of another model by its name; the attribute holds its number."""

    def __init__(self, model: type[models.Model]) -> None:
        super().__init__()
        self.model = model
        self.directory = Directory([])

    def load(self) -> None:
        """Read all names at once; call it before cells are read or written."""
        self.directory = Directory(self.model._default_manager.all())  # noqa: SLF001 - documented by Django

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        return found(self.directory, self.model, value).pk if value else None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        known = self.directory.by_pk.get(value)
        return self.directory.written(known) if known else ""


class References(ManyToManyWidget):
    """Rows of another model by their names, with semicolons between them."""

    def __init__(self, model: type[models.Model]) -> None:
        super().__init__(model, separator=SEPARATOR)
        self.directory = Directory([])

    def load(self) -> None:
        self.directory = Directory(self.model._default_manager.all())  # noqa: SLF001 - documented by Django

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        names = [name.strip() for name in value.split(SEPARATOR) if name.strip()]
        return [found(self.directory, self.model, name) for name in dict.fromkeys(names)]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        rows = value if isinstance(value, list) else value.all() if value is not None else []
        return f"{SEPARATOR} ".join(sorted({self.directory.written(row) for row in rows}))


class PhoneNumber(Widget):
    """A number of the clinic's own region as it is dialled there, others with their country."""

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        if not value or not value.is_valid():
            return str(value or "")
        home = phonenumbers.country_code_for_region(settings.PHONENUMBER_DEFAULT_REGION)
        is_foreign = value.country_code != home
        return str(value.as_international if is_foreign else value.as_national)


def found(directory: Directory, model: type[models.Model], name: str) -> Any:
    row = directory.find(name)
    if row is None:
        kind = str(model._meta.verbose_name)  # noqa: SLF001 - documented by Django
        words = gettext("There is no %(kind)s “%(name)s”. Check the spelling, or add it first.")
        raise ValueError(words % {"kind": kind, "name": name[:100]})
    return row


def column(name: str, widget: Widget | None = None, attribute: str = "") -> Field:
    """Return a column with this heading."""
    return Field(attribute=attribute or name, column_name=name, widget=widget or Text())


def kept(name: str, widget: Widget | None = None, attribute: str = "") -> Field:
    """Return a column of which an empty cell changes nothing."""
    field = column(name, widget or OrNone(), attribute)
    field.saves_null_values = False
    return field
