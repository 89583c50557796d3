"""How the views of a chart answer."""

from typing import Any

from django.core.exceptions import ValidationError

from facilities.conflicts import codes_of, is_conflict
from scheduling.views.answers import CONFLICT

NO_ROOM = 507


def refusal_status(error: ValidationError) -> int:
    if "disk_full" in codes_of(error):
        return NO_ROOM
    return CONFLICT if is_conflict(error) else 422


def set_again(form: Any, name: str, value: object) -> None:
    """Let a refused form carry another value of a hidden field when it is sent again."""
    form.data = form.data.copy()
    form.data[name] = str(value)
