"""One translation of what the database refuses into what a person reads.

PostgreSQL names the constraint that stopped a statement. Every constraint, and every trigger that
stands in for one, carries its message and code beside its definition; `refusals()` looks the name
up and raises a `ValidationError` with them. Browser, API, admin and commands all see that error.

What only one row may have, by a unique or an exclusion constraint, is a conflict by that alone:
`duplicates()` knows it by the code beside the constraint, and which field is to be changed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import pgtrigger
from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.utils import translation

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class RefusalTrigger(pgtrigger.Trigger):
    """A trigger that refuses a row as a named constraint would (SQLSTATE 23514).

    `condition_sql` is an SQL expression over NEW that is true for a row to be refused; `first_sql`
    are statements to run before it is asked.
    """

    constraint: str
    violation_error_message: "StrOrPromise"
    violation_error_code: str
    condition_sql: str
    first_sql: str

    def __init__(self, **kwargs: Any) -> None:
        self.first_sql = kwargs.pop("first_sql", "")
        for name in (
            "constraint",
            "violation_error_message",
            "violation_error_code",
            "condition_sql",
        ):
            setattr(self, name, kwargs.pop(name))
        super().__init__(name=self.constraint, level=pgtrigger.Row, when=pgtrigger.Before, **kwargs)

    def get_func(self, model: Any) -> str:
        # Whoever installs the trigger: what it holds is English.
        with translation.override(None):
            message = str(self.violation_error_message).replace("'", "''").replace("%", "%%")
        return f"""{self.first_sql}
            IF {self.condition_sql} THEN
                RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = '{self.constraint}',
                    TABLE = TG_TABLE_NAME, MESSAGE = '{message}';
            END IF;
            RETURN NEW;
        """


class CountedRefusalTrigger(RefusalTrigger):
    """Refuses a row as long as others stand against it, and says how many.

    `counted_sql` is the rest of a SELECT that finds them; their number takes the place of
    `{count}` in the message.
    """

    def __init__(self, **kwargs: Any) -> None:
        first_sql, counted_sql = kwargs.pop("first_sql", ""), kwargs.pop("counted_sql")
        super().__init__(
            first_sql=f"{first_sql}SELECT count(*) INTO counted {counted_sql};",
            condition_sql="counted > 0",
            declare=[("counted", "integer")],
            **kwargs,
        )

    def get_func(self, model: Any) -> str:
        return super().get_func(model).replace("MESSAGE =", "DETAIL = counted, MESSAGE =")


@contextmanager
def refusals() -> Iterator[None]:
    """Raise a `ValidationError` for a refusal by the database, with the constraint's own words.

    The surrounding transaction is broken by then: use this around `transaction.atomic()`.
    An `IntegrityError` by a constraint that carries no message passes through.
    """
    try:
        yield
    except IntegrityError as error:
        raise translated(error) from error


def translated(error: IntegrityError) -> Exception:
    """Return the `ValidationError` for a refusal, or `error` itself when it has no words."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is None or diagnosis.constraint_name not in _words():
        return error
    code, message = _words()[diagnosis.constraint_name]
    counted = str(message).replace("{count}", diagnosis.message_detail or "")
    return ValidationError(counted, code=code)


def refusal(constraint: str) -> ValidationError:
    """Return what the database's refusal by this constraint would be translated to."""
    code, message = _words()[constraint]
    return ValidationError(message, code=code)


@cache
def _words() -> "dict[str, tuple[str, StrOrPromise]]":
    """Map each constraint's name to its code and message, over all models.

    The messages are not translated yet: they are kept for requests in any language.
    """
    words: dict[str, tuple[str, StrOrPromise]] = {}
    for model in apps.get_models():
        meta: Any = model._meta  # noqa: SLF001 - Django documents _meta as public
        for rule in [*meta.constraints, *getattr(meta, "triggers", [])]:
            silent = models.BaseConstraint.default_violation_error_message
            if not isinstance(rule, models.BaseConstraint | RefusalTrigger):
                continue
            said = rule.violation_error_message
            if said is not None and said != silent:
                name = str(getattr(rule, "constraint", rule.name))
                words[name] = (rule.violation_error_code or name, said)
    return words


@cache
def duplicates() -> dict[str, str]:
    """Map the codes of what only one row may have to the field that another value would suit."""
    fields: dict[str, str] = {}
    for model in apps.get_models():
        for rule in model._meta.constraints:  # noqa: SLF001 - documented by Django
            if isinstance(rule, models.UniqueConstraint | ExclusionConstraint):
                code = rule.violation_error_code or rule.name
                fields.setdefault(code, _to_be_changed(model, rule))
    return fields


def _to_be_changed(
    model: type[models.Model], rule: models.UniqueConstraint | ExclusionConstraint
) -> str:
    """Return the last column of a unique constraint, or what a range that may not overlap is of."""
    if isinstance(rule, ExclusionConstraint):
        ranges = (
            each for each, operator in rule.expressions if operator == RangeOperators.OVERLAPS
        )
        return _field(next(ranges))
    if rule.expressions:
        return _field(rule.expressions[-1])
    column: Any = model._meta.get_field(rule.fields[-1])  # noqa: SLF001 - documented by Django
    return str(column.attname)


def _field(expression: Any) -> str:
    """Return the first field that an expression reads."""
    while not isinstance(expression, models.F):
        expression = expression.get_source_expressions()[0]
    field: Any = expression
    return str(field.name)
