"""Writing past every line of Python, and which constraint refuses it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction


def refused_by(write: Callable[[], Any]) -> str:
    """Return the name of the constraint that refuses what `write` does."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        write()
    return str(refusal.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]


def update(row: Any, **columns: Any) -> Callable[[], Any]:
    """Return a function that writes columns of a row past its model."""
    return lambda: type(row).objects.filter(pk=row.pk).update(**columns)
