"""What PostgreSQL itself refuses of a waitlist entry, with the words for whoever is refused."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from facilities.refusals import RefusalTrigger
from scheduling.priority import Priority

FARTHEST_MILES = 500
WEEKDAYS = [1, 2, 3, 4, 5, 6, 7]

_waiting = Q(status="waiting")


def waitlist_constraints() -> list[models.BaseConstraint]:
    return [*_one_open_entry(), *_what_and_where(), *_when(), *_life()]


def _one_open_entry() -> list[models.BaseConstraint]:
    return [
        models.UniqueConstraint(
            fields=["patient", "care_type"],
            condition=_waiting & Q(care_type__isnull=False),
            name="waitlist_one_per_care_type",
            violation_error_code="waits_already",
            violation_error_message=_(
                "This patient waits for this care type already. Change that entry instead."
            ),
        ),
        models.UniqueConstraint(
            fields=["patient"],
            condition=_waiting & Q(care_type__isnull=True),
            name="waitlist_one_without_care_type",
            violation_error_code="waits_already",
            violation_error_message=_(
                "This patient has an open entry without a care type already. "
                "Change that entry, or choose a care type here."
            ),
        ),
    ]


def _what_and_where() -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(
            condition=Q(care_type__isnull=False)
            | ~Q(specialization="")
            | Q(doctor__isnull=False)
            | Q(facility__isnull=False),
            name="waitlist_names_something",
            violation_error_message=_(
                "Say what the patient waits for: choose a care type, "
                "a specialization, a doctor or a facility."
            ),
        ),
        models.CheckConstraint(
            condition=Q(zip_code="", within_miles__isnull=True)
            | Q(zip_code__regex=r"^\d{5}$", within_miles__isnull=False),
            name="waitlist_distance_complete",
            violation_error_message=_(
                "A distance needs both: a ZIP code of five digits, and how "
                "many miles from it. Fill in both or neither."
            ),
        ),
        models.CheckConstraint(
            condition=Q(within_miles__isnull=True) | Q(within_miles__range=(1, FARTHEST_MILES)),
            name="waitlist_distance_sensible",
            violation_error_message=format_lazy(
                _("Enter a distance from 1 to {miles} miles."), miles=FARTHEST_MILES
            ),
        ),
        models.CheckConstraint(
            condition=Q(facility__isnull=True) | Q(zip_code=""),
            name="waitlist_facility_or_distance",
            violation_error_message=_("Choose a facility or a distance from a ZIP code, not both."),
        ),
    ]


def _when() -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(
            condition=Q(weekdays__contained_by=WEEKDAYS), name="waitlist_weekdays_known"
        ),
        models.CheckConstraint(
            condition=Q(from_time__isnull=True)
            | Q(to_time__isnull=True)
            | Q(from_time__lt=F("to_time")),
            name="waitlist_times_in_order",
            violation_error_message=_("The latest time must lie after the earliest."),
        ),
        models.CheckConstraint(
            condition=Q(not_before__isnull=True)
            | Q(not_after__isnull=True)
            | Q(not_before__lte=F("not_after")),
            name="waitlist_dates_in_order",
            violation_error_message=_("The last day must not lie before the first."),
        ),
        models.CheckConstraint(
            condition=Q(duration_minutes__range=(5, 720)),
            name="waitlist_duration",
            violation_error_message=_("A visit lasts from 5 minutes to 12 hours."),
        ),
    ]


def _life() -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(
            condition=Q(priority__in=Priority.values), name="waitlist_priority_known"
        ),
        models.CheckConstraint(
            condition=Q(
                status="waiting",
                appointment__isnull=True,
                ended_at__isnull=True,
                ended_by__isnull=True,
                removed_reason="",
            )
            | Q(
                status="booked",
                appointment__isnull=False,
                ended_at__isnull=False,
                removed_reason="",
            )
            | Q(status="removed", appointment__isnull=True, ended_at__isnull=False)
            & ~Q(removed_reason=""),
            name="waitlist_status_consistent",
        ),
    ]


def waitlist_triggers() -> list[RefusalTrigger]:
    return [
        RefusalTrigger(
            constraint="waitlist_patient_active",
            operation=pgtrigger.Insert | pgtrigger.UpdateOf("patient_id"),  # type: ignore[no-untyped-call]
            condition_sql="""NEW.status = 'waiting'
                AND NOT (SELECT is_active FROM patients_patient WHERE id = NEW.patient_id)""",
            violation_error_code="patient_inactive",
            violation_error_message=_(
                "This patient's record is closed. Open the record that "
                "replaced it, or ask an administrator to open this one again."
            ),
        ),
        RefusalTrigger(
            constraint="waitlist_appointment_of_the_patient",
            operation=pgtrigger.Insert
            | pgtrigger.UpdateOf(  # type: ignore[no-untyped-call]
                "appointment_id", "patient_id"
            ),
            condition_sql="""NEW.appointment_id IS NOT NULL AND NEW.patient_id IS DISTINCT FROM
                (SELECT patient_id FROM scheduling_appointment WHERE id = NEW.appointment_id)""",
            violation_error_code="another_patient",
            violation_error_message=_(
                "That appointment is another patient's. Choose one of the patient who waits."
            ),
        ),
    ]
