"""How the views of a chart answer."""

from typing import Any

from django.core.exceptions import ValidationError

from scheduling.views.answers import CONFLICT, codes_of

NO_ROOM = 507
# Refusals because of what somebody has done meanwhile; every other refusal is a 422.
CONFLICTS = {
    *("amended_already", "draft_open", "ended_already", "entered_in_error"),
    *("patient_merged", "signed", "stale"),
}


def refusal_status(error: ValidationError) -> int:
    codes = codes_of(error)
    if "disk_full" in codes:
        return NO_ROOM
    return CONFLICT if codes & CONFLICTS else 422


def set_again(form: Any, name: str, value: object) -> None:
    """Let a refused form carry another value of a hidden field when it is sent again."""
    form.data = form.data.copy()
    form.data[name] = str(value)
