"""The life of an appointment: FHIR R4's words, and which may follow which."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    # Translators: what an appointment is; a held time is kept for a moment while somebody books it.
    PENDING = "pending", _("Held")
    BOOKED = "booked", _("Booked")
    ARRIVED = "arrived", _("Arrived")
    CHECKED_IN = "checked-in", _("Checked in")
    # Translators: the visit has taken place.
    FULFILLED = "fulfilled", _("Done")
    NOSHOW = "noshow", _("No-show")
    CANCELLED = "cancelled", _("Cancelled")
    ENTERED_IN_ERROR = "entered-in-error", _("Entered in error")


# An appointment in one of these keeps its doctor, patient and room from other appointments.
HOLDING_TIME = (
    Status.PENDING,
    Status.BOOKED,
    Status.ARRIVED,
    Status.CHECKED_IN,
    Status.FULFILLED,
)

# Whoever has one of these is still to be seen. A hold is nobody's visit yet and lapses by itself.
EXPECTED = (Status.BOOKED, Status.ARRIVED, Status.CHECKED_IN)

# The next steps from each status. Undo takes the last step back and is not listed. A desk may skip
# a step it did not see, as when a patient walks straight in.
NEXT: dict[str, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.BOOKED, Status.CANCELLED, Status.ENTERED_IN_ERROR}),
    Status.BOOKED: frozenset(
        {
            Status.ARRIVED,
            Status.CHECKED_IN,
            Status.NOSHOW,
            Status.CANCELLED,
            Status.ENTERED_IN_ERROR,
        }
    ),
    Status.ARRIVED: frozenset(
        {Status.CHECKED_IN, Status.FULFILLED, Status.CANCELLED, Status.ENTERED_IN_ERROR}
    ),
    Status.CHECKED_IN: frozenset({Status.FULFILLED, Status.CANCELLED, Status.ENTERED_IN_ERROR}),
    Status.FULFILLED: frozenset({Status.ENTERED_IN_ERROR}),
    Status.NOSHOW: frozenset({Status.ARRIVED, Status.ENTERED_IN_ERROR}),
    Status.CANCELLED: frozenset({Status.ENTERED_IN_ERROR}),
    Status.ENTERED_IN_ERROR: frozenset(),
}

# What is said of a patient who is there, and so not before the visit's own day.
ON_THE_DAY = frozenset({Status.ARRIVED, Status.CHECKED_IN, Status.FULFILLED})

# Until then patients cancel by themselves; later they are with the desk.
UNTIL_ARRIVAL = (Status.PENDING, Status.BOOKED)

# Only these may still be moved to another time.
MOVABLE = (Status.PENDING, Status.BOOKED, Status.ARRIVED)
