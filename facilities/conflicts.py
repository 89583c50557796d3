"""Which refusals are conflicts, answered with 409 by the API and on the pages of charts.

Each rule says by a code why it refuses. What only one row may have is a conflict too, which its
constraint tells; so is what somebody has changed since it was read (`stale`), which the API answers
with 412. The desk has a narrower set of its own, as the board looks again at each of them.
"""

from django.core.exceptions import ValidationError

from facilities.refusals import duplicates

# Refusals by the rules that another request, at another moment or for another time, would not meet.
# What only one row may have is a conflict too, which its constraint tells: see `duplicates()`.
CONFLICTS = frozenset(
    {
        "already_booked",
        "already_decided",
        "already_verified",
        "deceased",
        "doctor_inactive",
        "ended_already",
        "entered_in_error",
        "facility_full",
        "facility_inactive",
        "held_by_other",
        "hold_lost",
        "last_administrator",
        "linked_to_other",
        "into_closed",
        "into_merged",
        "itself",
        "not_merged",
        "not_amendable",
        "not_booked",
        "not_movable",
        "not_started",
        "not_today",
        "not_waiting",
        "not_yours",
        "nothing_left",
        "nothing_to_undo",
        "patient_inactive",
        "patient_merged",
        "room_inactive",
        "signed",
        "struck_already",
        "two_accounts",
        "type_inactive",
        "visits_to_come",
        "wrong_status",
    }
)
# Django's code for a column of which every value is there once.
TAKEN = frozenset({"unique"})
STALE = "stale"


def is_conflict(error: ValidationError) -> bool:
    """Say whether all that is refused was another way before, or would be for another row."""
    return codes_of(error) <= CONFLICTS | TAKEN | duplicates().keys() | {STALE}


def codes_of(error: ValidationError) -> set[str | None]:
    """Return the codes of an error, whether or not it names fields."""
    if hasattr(error, "error_dict"):
        return {one.code for errors in error.error_dict.values() for one in errors}
    return {one.code for one in error.error_list}
