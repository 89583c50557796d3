"""Writing past every line of Python, to see what the database itself refuses."""

from typing import Any

import pgtrigger
import pytest
from django.db import IntegrityError, connection, transaction

from scheduling.models import Appointment


def insert(like: Appointment, **changes: Any) -> None:
    """Insert a copy of an appointment's row, with these columns changed, by raw SQL."""
    columns = [field.column for field in Appointment._meta.fields if field.column != "id"]
    changed = {
        Appointment._meta.get_field(name).column: getattr(value, "pk", value)
        for name, value in changes.items()
    }
    chosen = ", ".join("%s" if column in changed else column for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO scheduling_appointment ({', '.join(columns)})"
            f" SELECT {chosen} FROM scheduling_appointment WHERE id = %s",
            [*(changed[column] for column in columns if column in changed), like.pk],
        )


def refused_by(booked: Appointment, **changes: Any) -> str | None:
    """Return the name of the constraint that refuses the row."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        insert(booked, **changes)
    return refusal.value.__cause__.diag.constraint_name


def without_the_clock() -> Any:
    """Let appointments be put into the past, for as long as the block lasts."""
    return pgtrigger.ignore("scheduling.Appointment:appointment_not_past")


def doctors_who_had_left() -> Any:
    """Let doctors leave over their visits, as they could before the database refused it."""
    return pgtrigger.ignore("scheduling.Practitioner:doctor_leaves_no_visits")
