"""How a row of a spreadsheet becomes a row of a model, by the model's own rules, and back."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.results import Result, RowResult

from accounts.models import User
from facilities.exchange.cells import Reference, References
from facilities.refusals import refusals

Key = tuple[Any, ...]


class SheetResource(ModelResource):
    """The columns of one kind of row; a subclass says by which of them a stored row is known again.

    Rows are compared as text, cell by cell, and what says the same is left alone. The file's rows
    are written one by one, so that a later one is held against the earlier ones too.
    """

    # Headings that must be there.
    needed: ClassVar[tuple[str, ...]]
    # A row for the template that is plainly nobody's.
    example: ClassVar[dict[str, str]]

    class Meta:
        skip_diff = True
        clean_model_instances = True

    def __init__(
        self, *, by: User | None = None, lines: Sequence[int] = (), is_final: bool = False
    ) -> None:
        """`lines` are the rows' numbers in the spreadsheet; `is_final` locks what is known."""
        super().__init__()
        self.by, self.lines, self.is_final = by, lines, is_final
        self.known: dict[Key, models.Model] = {}
        self.seen: dict[Key, int] = {}
        self.before: dict[str, str] = {}
        self.changes: dict[str, tuple[str, str]] = {}

    @classmethod
    def headings(cls) -> list[str]:
        return [field.column_name for field in cls().get_import_fields()]

    def get_import_fields(self) -> list[Field]:
        """Return the fields in order; it is asked several times for each row."""
        return self._in_order

    @cached_property
    def _in_order(self) -> list[Field]:
        return super().get_import_fields()

    def columns(self) -> dict[str, str]:
        """Return the heading of each attribute and of each field of the model."""
        named = {each.attribute: each.column_name for each in self.get_import_fields()}
        return named | {name.removesuffix("_id"): heading for name, heading in named.items()}

    def load(self) -> None:
        """Read once what cells refer to."""
        for field in self.fields.values():
            if isinstance(field.widget, Reference | References):
                field.widget.load()

    def find_known(self, rows: list[dict[str, str]]) -> dict[Key, models.Model]:
        """Return the stored rows that these may be of, by `key_of` or what stands for it."""
        raise NotImplementedError

    def key_of(self, row: dict[str, str]) -> Key | None:
        """Return what makes this row of the file one of its kind; None for a row that is new."""
        raise NotImplementedError

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        self.load()
        self.known = self.find_known(dataset.dict)

    def before_import_row(self, row: dict[str, str], row_number: int = 0, **kwargs: Any) -> None:
        key = self.key_of(row)
        first = row_number if key is None else self.seen.setdefault(key, row_number)
        if first != row_number:
            words = gettext("This is in row %(line)s already. Keep one of the two rows.")
            refusal = words % {"line": self.lines[first - 1]}
            raise ValidationError({self.needed[0]: refusal}, code="twice")

    def get_instance(self, instance_loader: Any, row: dict[str, str]) -> models.Model | None:
        key = self.key_of(row)
        return None if key is None else self.known.get(key)

    def after_init_instance(
        self, instance: models.Model, new: bool, row: dict[str, str], **kwargs: Any
    ) -> None:
        self.before = {} if new else self.written(instance)

    def written(self, instance: models.Model) -> dict[str, str]:
        """Return what an export would write of this row, by column."""
        return {
            field.column_name: self.export_field(field, instance).strip()
            for field in self.get_import_fields()
        }

    def skip_row(
        self,
        instance: Any,
        original: Any,
        row: dict[str, str],
        import_validation_errors: dict[str, Any] | None = None,
    ) -> bool:
        """Find what the row changes; say whether that is nothing."""
        after = self.written(instance) | self._lists(row)
        self.changes = {
            name: (self.before.get(name, ""), after[name])
            for name in row
            if after[name] != self.before.get(name, "")
        }
        is_known = not instance._state.adding  # noqa: SLF001 - documented by Django
        return is_known and not self.changes and not import_validation_errors

    def _lists(self, row: dict[str, str]) -> dict[str, str]:
        """Return the row's lists as an export would write them; they are saved after the row."""
        written = {}
        for field in self._list_fields():
            if field.column_name in row:
                try:
                    rows = field.clean(row)
                except ValueError as error:
                    raise ValidationError({field.column_name: str(error)}) from error
                written[field.column_name] = field.widget.render(rows)
        return written

    def _list_fields(self) -> list[Field]:
        return [each for each in self.fields.values() if isinstance(each.widget, References)]

    def validate_instance(
        self,
        instance: Any,
        import_validation_errors: dict[str, Any] | None = None,
        validate_unique: bool = True,
    ) -> None:
        unread = import_validation_errors or {}
        by_field = {name.removesuffix("_id"): why for name, why in unread.items()}
        with transaction.atomic():
            super().validate_instance(instance, by_field, validate_unique)

    def do_instance_save(self, instance: models.Model, is_create: bool) -> None:
        with refusals(), transaction.atomic():
            instance.save(force_insert=is_create)

    def after_import_row(self, row: dict[str, str], row_result: RowResult, **kwargs: Any) -> None:
        row_result.diff = self.changes

    def after_import(self, dataset: Any, result: Result, **kwargs: Any) -> None:
        """Leave sequences alone: none was passed by, and the clinic's role may not set them."""

    def export_rows(self, rows: Iterable[models.Model]) -> list[list[str]]:
        """Return the cells of each row, in the order of `headings`."""
        self.load()
        listed = list(rows)
        models.prefetch_related_objects(listed, *(each.attribute for each in self._list_fields()))
        return [list(self.written(row).values()) for row in listed]
