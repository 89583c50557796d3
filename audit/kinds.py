"""What of a record an answer shows, as the log names it and as people read it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    PATIENT_PAGE = "patient page", _("Patient page")
    PATIENT_FORM = "patient form", _("Form of the record")
    MERGE = "merge", _("Comparison of two records")
    APPOINTMENT = "appointment", _("Appointment")
    APPOINTMENT_LIST = "appointment list", _("List of appointments, through the API")
    SLIP = "slip", _("Appointment slip")
    PATIENT = "patient", _("Record, through the API")
    PATIENT_LIST = "patient list", _("List of records, through the API")
    SERIES = "series", _("Series of appointments, through the API")
    WAITLIST = "waitlist", _("Waitlist, through the API")
    REGISTRATION = "registration", _("Record beside a registration, through the API")
    ADMIN = "admin", _("Record in the administration")
    CHART = "chart", _("Chart")
    NOTE = "note", _("Note")
    DOCUMENT = "document", _("Document")
    TODAY = "today", _("Patients of the day")
    EXPORT = "export", _("Export of records")
    IMPORT = "import", _("Import of records")
    EVERYTHING = "everything", _("Everything kept of the patient")
    DISCLOSURES = "disclosures", _("Access log of the record")


def label(kind: str) -> str:
    """Return the words for a kind; what another app has named stands for itself."""
    known = dict(Kind.choices)
    return str(known.get(kind, kind))
