"""What PostgreSQL itself refuses of an appointment, each with the words for whoever is refused.

Three exclusion constraints make a double booking impossible: of a doctor, of a patient, of a room.
They cover only appointments that hold time, so that a cancelled one gives its time away at once.
What depends on other rows or on the clock is in `triggers.py`.
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from scheduling.availability import LONGEST
from scheduling.ranges import Period
from scheduling.status import HOLDING_TIME, Status

# How often a time can be booked besides the first booking.
MOST_OVERBOOKED = 2

_holding_time = Q(status__in=[status.value for status in HOLDING_TIME])


def appointment_constraints() -> list[models.BaseConstraint]:
    return [
        ExclusionConstraint(
            name="appointment_doctor_free",
            expressions=[
                ("doctor", RangeOperators.EQUAL),
                ("overbook", RangeOperators.EQUAL),
                (Period("starts_at", "blocked_until"), RangeOperators.OVERLAPS),
            ],
            condition=_holding_time,
            violation_error_code="doctor_busy",
            violation_error_message=_(
                "That time, or part of it, has just been taken. Choose another time."
            ),
        ),
        ExclusionConstraint(
            name="appointment_patient_free",
            expressions=[
                ("patient", RangeOperators.EQUAL),
                (Period("starts_at", "ends_at"), RangeOperators.OVERLAPS),
            ],
            condition=_holding_time,
            violation_error_code="patient_busy",
            violation_error_message=_(
                "This patient has another appointment at that time. "
                "Choose another time, or move the other appointment first."
            ),
        ),
        ExclusionConstraint(
            name="appointment_room_free",
            expressions=[
                ("room", RangeOperators.EQUAL),
                (Period("starts_at", "blocked_until"), RangeOperators.OVERLAPS),
            ],
            condition=_holding_time & Q(room__isnull=False),
            violation_error_code="room_busy",
            violation_error_message=_("That room is taken at that time. Choose another room."),
        ),
        models.CheckConstraint(
            condition=Q(ends_at__gt=F("starts_at")),
            name="appointment_end_after_start",
            violation_error_message=_("The appointment must end after it starts."),
        ),
        models.CheckConstraint(
            condition=Q(ends_at__lte=F("starts_at") + LONGEST),
            name="appointment_at_most_12_hours",
            violation_error_message=_("An appointment lasts 12 hours at most."),
        ),
        models.CheckConstraint(
            condition=Q(blocked_until__gte=F("ends_at"))
            & Q(blocked_until__lte=F("starts_at") + 2 * LONGEST),
            name="appointment_blocked_past_end",
        ),
        models.CheckConstraint(
            condition=Q(status="cancelled") & ~Q(cancel_reason="")
            | ~Q(status="cancelled") & Q(cancel_reason=""),
            name="appointment_cancel_reason",
            violation_error_message=_("Say why the appointment is cancelled."),
        ),
        models.CheckConstraint(
            condition=Q(status="pending", hold_expires_at__isnull=False)
            | ~Q(status="pending") & Q(hold_expires_at__isnull=True),
            name="appointment_hold_expires",
        ),
        models.CheckConstraint(
            condition=Q(overbook__lte=MOST_OVERBOOKED),
            name="appointment_overbook_at_most_2",
            violation_error_message=_("A time can be overbooked twice at most."),
        ),
        models.CheckConstraint(
            condition=Q(overbook=0) | ~Q(override_reason=""),
            name="appointment_overbook_reason",
            violation_error_message=_("Say why this time is booked although it is taken."),
        ),
        models.CheckConstraint(
            condition=Q(patient__isnull=False)
            | Q(status__in=[Status.PENDING, Status.CANCELLED, Status.ENTERED_IN_ERROR]),
            name="appointment_patient_known",
            violation_error_code="no_patient",
            violation_error_message=_("Choose the patient whom this time is for."),
        ),
        models.CheckConstraint(
            condition=Q(status__in=Status.values), name="appointment_status_known"
        ),
    ]
