"""Doctors who stop seeing patients: not while visits are still booked with them.

The one rule of API and admin. It stands here, as what a doctor would leave behind are appointments.
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import ngettext

from facilities.models import Doctor
from scheduling.models import Appointment


def deactivate(doctor: Doctor, now: datetime) -> None:
    """Let a doctor take no more appointments; raise ValidationError as `refuse_leaving` does."""
    with transaction.atomic():
        refuse_leaving(doctor, now)
        doctor.is_active = False
        doctor.save(update_fields=["is_active", "updated_at"])


def activate(doctor: Doctor) -> None:
    doctor.is_active = True
    doctor.save(update_fields=["is_active", "updated_at"])


def refuse_leaving(doctor: Doctor, now: datetime) -> None:
    """Raise ValidationError `visits_to_come` as long as a doctor has visits to come.

    Call it in the transaction of the change: it locks the doctor as a booking does, so that none
    comes in between.
    """
    Doctor.objects.select_for_update(no_key=True).get(pk=doctor.pk)
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
