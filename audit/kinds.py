"""What of a record an answer shows, as the log names it and as people read it."""

from django.apps import apps
from django.db import models
from django.utils.text import capfirst
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


# A row of a chart is named by its model, and by the way that it was read: “api: allergy”.
WAYS = {
    "api": _("%(what)s, through the API"),
    "admin": _("%(what)s, in the administration"),
}


def label(kind: str) -> str:
    """Return the words for a kind; what another app has named stands for itself."""
    known = dict(Kind.choices)
    if kind in known:
        return str(known[kind])
    way, _colon, name = kind.partition(": ")
    models_named = (each for each in apps.get_models() if each._meta.model_name == name)  # noqa: SLF001 - documented by Django
    model = next(models_named, None)
    if way not in WAYS or model is None:
        return kind
    return str(capfirst(WAYS[way] % {"what": model._meta.verbose_name}))  # noqa: SLF001 - documented by Django
