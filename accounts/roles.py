"""What each role may do, in one table.

Permissions are Django's own (`app.codename`), so views, templates and the admin ask in the usual
way: `user.has_perm("scheduling.book_appointment")`. A role *is* its permissions, so they are read
from this table and never copied into rows that could drift from it. Which rows a person may see is
a separate question, answered by each model's `visible_to(user)`.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    ADMIN = "admin", _("Administrator")
    DOCTOR = "doctor", _("Doctor")
    NURSE = "nurse", _("Nurse")
    RECEPTIONIST = "receptionist", _("Receptionist")
    PATIENT = "patient", _("Patient")


STAFF_ROLES = frozenset({Role.ADMIN, Role.DOCTOR, Role.NURSE, Role.RECEPTIONIST})

_READ_NETWORK = {
    "facilities.view_facility",
    "facilities.view_caretype",
    "facilities.view_zipcoderange",
    "facilities.view_room",
    "facilities.view_doctor",
    "scheduling.view_appointmenttype",
    "scheduling.view_workinghours",
    "scheduling.view_timeoff",
    "scheduling.view_closure",
}
_GIVE_OUT_CALENDAR = {
    "scheduling.view_calendarfeed",
    "scheduling.issue_calendarfeed",
    "scheduling.revoke_calendarfeed",
}
_WRITE_TIME_OFF = {f"scheduling.{verb}_timeoff" for verb in ("add", "change", "delete")}
_WRITE_CLOSURES = {f"scheduling.{verb}_closure" for verb in ("add", "change", "delete")}
# Of a doctor their own alone, see `DoctorQuerySet.managed_by`.
_WRITE_HOURS = {f"scheduling.{verb}_workinghours" for verb in ("add", "change", "delete")}
_USE_DESK = {
    "scheduling.view_appointment",
    "scheduling.view_appointmentseries",
    "scheduling.view_waitlistentry",
    "patients.view_patient",
    "patients.view_contactentry",
    "patients.add_contactentry",
}

_CLINICAL = ("allergy", "condition", "document", "encounter", "healthsummary", "medicalrecord")
_READ_CHARTS = {f"records.view_{model}" for model in (*_CLINICAL, "medication")}
_WRITE_CHARTS = {
    f"records.{verb}_{model}"
    for verb in ("add", "change")
    for model in (
        "allergy",
        "condition",
        "document",
        "healthsummary",
        "medicalrecord",
        "medication",
    )
}
_ADD_TO_CHARTS = {"records.add_allergy", "records.add_document"}

# An administrator holds every permission but the clinical ones, and `audit.view_accessevent` alone;
# the others hold exactly these.
PERMISSIONS: dict[str, frozenset[str]] = {
    Role.RECEPTIONIST: frozenset(
        _READ_NETWORK
        | _USE_DESK
        | _WRITE_TIME_OFF
        | _WRITE_CLOSURES
        | {
            "patients.add_patient",
            "patients.change_patient",
            "patients.delete_patient",
            "patients.merge_patient",
            "patients.view_registration",
            "patients.change_registration",
            "scheduling.book_appointment",
            "scheduling.book_series",
            "scheduling.reschedule_appointment",
            "scheduling.cancel_appointment",
            "scheduling.arrive_appointment",
            "scheduling.fulfil_appointment",
            "scheduling.noshow_appointment",
            "scheduling.override_appointment",
            "scheduling.add_waitlistentry",
            "scheduling.change_waitlistentry",
        }
    ),
    Role.DOCTOR: frozenset(
        _READ_NETWORK
        | _USE_DESK
        | _GIVE_OUT_CALENDAR
        | _WRITE_TIME_OFF
        | _WRITE_HOURS
        | _READ_CHARTS
        | _WRITE_CHARTS
        | {
            "patients.change_patient",
            "scheduling.arrive_appointment",
            "scheduling.fulfil_appointment",
            "scheduling.noshow_appointment",
            "scheduling.override_appointment",
            "scheduling.add_waitlistentry",
            # Of their own visits alone, see `insight.scope`.
            "scheduling.view_insight",
        }
    ),
    Role.NURSE: frozenset(
        _READ_NETWORK
        | _USE_DESK
        | _READ_CHARTS
        | _ADD_TO_CHARTS
        | {"patients.change_patient", "scheduling.arrive_appointment"}
    ),
    # Of patients and appointments their own, and what the network shows to the public.
    Role.PATIENT: frozenset(
        {
            "facilities.view_facility",
            "facilities.view_caretype",
            "facilities.view_doctor",
            "scheduling.view_appointmenttype",
            "patients.view_patient",
            "patients.change_patient",
            "scheduling.view_appointment",
            "scheduling.book_appointment",
            "scheduling.reschedule_appointment",
            "scheduling.cancel_appointment",
        }
        # What is in force and signed of their own, see `visible_to` in `records.querysets`.
        | _READ_CHARTS
    ),
}


def allows(role: str, permission: str) -> bool:
    """Say whether people with this role hold the permission, such as `patients.add_patient`."""
    if role != Role.ADMIN:
        return permission in PERMISSIONS[role]
    if not permission.startswith("records."):
        return True
    return settings.ADMINISTRATORS_READ_RECORDS and permission in _READ_CHARTS
