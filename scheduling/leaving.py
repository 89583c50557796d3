"""Doctors who stop seeing patients, while visits are still booked with them."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import ngettext

from facilities.models import Doctor
from scheduling.models import Appointment


def refuse_leaving(doctor: Doctor, now: datetime) -> None:
    """Raise ValidationError `visits_to_come` as long as a doctor has visits to come."""
    count = Appointment.objects.filter(doctor=doctor).expected(now).count()
    if count:
        refusal = ngettext(
            "%(doctor)s has %(count)s visit to come. Move it to another doctor or cancel it, then "
            "let the doctor take no more appointments.",
            "%(doctor)s has %(count)s visits to come. Enter the doctor's time off, move the visits "
            "by its work list or cancel them, then let the doctor take no more appointments.",
            count,
        )
        raise ValidationError(refusal % {"doctor": doctor, "count": count}, code="visits_to_come")
