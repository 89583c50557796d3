"""Meetings of a patient with those who care for them, as they took place."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilities.models import Doctor
from records.models.clinical import Clinical, clinical_constraints, in_order
from records.querysets import ClinicalQuerySet
from records.triggers import clinical_triggers, same_patient
from scheduling.models import Appointment


class Encounter(Clinical):
    """FHIR's Encounter in the period [starts_at, ends_at). This is history: it may overlap."""

    class Class(models.TextChoices):
        AMBULATORY = "ambulatory", _("Ambulatory")
        OUTPATIENT = "outpatient", _("Outpatient")
        WELLNESS = "wellness", _("Wellness")
        URGENT_CARE = "urgentcare", _("Urgent care")
        EMERGENCY = "emergency", _("Emergency")
        INPATIENT = "inpatient", _("Inpatient")
        VIRTUAL = "virtual", _("Virtual")
        HOME = "home", _("Home")
        HOSPICE = "hospice", _("Hospice")
        SKILLED_NURSING = "snf", _("Skilled nursing")

    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, null=True, blank=True)
    appointment = models.OneToOneField(
        Appointment, on_delete=models.PROTECT, null=True, blank=True, related_name="encounter"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    encounter_class = models.CharField(_("class"), max_length=12, choices=Class)
    code = models.CharField(max_length=32, blank=True, default="")
    description = models.CharField(max_length=255, blank=True, default="")
    reason_code = models.CharField(max_length=32, blank=True, default="")
    reason = models.CharField(max_length=255, blank=True, default="")

    objects = ClinicalQuerySet["Encounter"].as_manager()

    class Meta:
        verbose_name = _("encounter")
        verbose_name_plural = _("encounters")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            *clinical_constraints("encounter"),
            in_order("encounter", "starts_at", "ends_at"),
            models.CheckConstraint(
                condition=Q(
                    encounter_class__in=[
                        *("ambulatory", "outpatient", "wellness", "urgentcare", "emergency"),
                        *("inpatient", "virtual", "home", "hospice", "snf"),
                    ]
                ),
                name="encounter_class_known",
            ),
        ]
        indexes = [models.Index(fields=["patient", "-starts_at"], name="encounter_of_patient")]
        triggers = [
            *clinical_triggers("encounter", "ends_at"),
            same_patient("encounter", "scheduling_appointment", "appointment_id"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
