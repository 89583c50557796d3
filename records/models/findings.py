"""What a patient has, must not be given, and takes."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from facilities.models import Doctor
from records.models.clinical import Course, clinical_constraints, in_order, refuse_ahead
from records.querysets import CourseQuerySet
from records.triggers import clinical_triggers, same_patient

ENCOUNTERS = "records_encounter"
REACTION = frozenset({"code", "description", "severity"})


class Allergy(Course):
    """FHIR's AllergyIntolerance. Each reaction is a dict of `code`, `description`, `severity`."""

    END = "abated_on"

    class Type(models.TextChoices):
        ALLERGY = "allergy", _("Allergy")
        INTOLERANCE = "intolerance", _("Intolerance")

    class Category(models.TextChoices):
        MEDICATION = "medication", _("Medication")
        FOOD = "food", _("Food")
        ENVIRONMENT = "environment", _("Environment")
        BIOLOGIC = "biologic", _("Biologic")
        UNKNOWN = "", _("Not known")

    class Severity(models.TextChoices):
        MILD = "mild", _("Mild")
        MODERATE = "moderate", _("Moderate")
        SEVERE = "severe", _("Severe")
        UNKNOWN = "", _("Not known")

    type = models.CharField(_("type"), max_length=12, choices=Type, default=Type.ALLERGY)
    category = models.CharField(
        _("category"), max_length=12, choices=Category, blank=True, default=""
    )
    reactions = models.JSONField(default=list, blank=True, editable=False)
    onset_on = models.DateField(_("since"), null=True, blank=True)
    abated_on = models.DateField(_("resolved on"), null=True, blank=True, editable=False)

    objects = CourseQuerySet["Allergy"].as_manager()

    class Meta:
        verbose_name = _("allergy")
        verbose_name_plural = _("allergies")
        ordering = ["description", "pk"]
        constraints = [
            *clinical_constraints("allergy"),
            in_order("allergy", "onset_on", "abated_on"),
            models.CheckConstraint(condition=~Q(description=""), name="allergy_is_named"),
            models.CheckConstraint(
                condition=Q(type__in=["allergy", "intolerance"])
                & Q(category__in=["", "medication", "food", "environment", "biologic"]),
                name="allergy_kind_known",
            ),
        ]
        triggers = [
            *clinical_triggers("allergy", "abated_on", "ended_by_id"),
            same_patient("allergy", ENCOUNTERS, "encounter_id"),
        ]

    def clean(self) -> None:
        super().clean()
        refuse_ahead(self.onset_on, self.patient, "onset_on")
        if not isinstance(self.reactions, list) or not all(map(_is_reaction, self.reactions)):
            raise ValidationError(
                gettext("Give each reaction a description and a severity from the list."),
                code="reaction_invalid",
            )

    @property
    def is_severe(self) -> bool:
        return any(each.get("severity") == self.Severity.SEVERE for each in self.reactions)


def _is_reaction(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == REACTION
        and all(isinstance(text, str) and len(text) <= 255 for text in value.values())
        and bool(value["description"].strip())
        and value["severity"] in Allergy.Severity.values
    )


class Condition(Course):
    """FHIR's Condition: a problem or a diagnosis, and since when until when."""

    END = "abated_on"

    onset_on = models.DateField(_("since"), null=True, blank=True)
    abated_on = models.DateField(_("resolved on"), null=True, blank=True, editable=False)
    note = models.CharField(_("note"), max_length=500, blank=True, default="")

    objects = CourseQuerySet["Condition"].as_manager()

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        ordering = ["-onset_on", "-pk"]
        constraints = [
            *clinical_constraints("condition"),
            in_order("condition", "onset_on", "abated_on"),
            models.CheckConstraint(condition=~Q(description=""), name="condition_is_named"),
        ]
        triggers = [
            *clinical_triggers("condition", "abated_on", "ended_by_id"),
            same_patient("condition", ENCOUNTERS, "encounter_id"),
        ]

    def clean(self) -> None:
        super().clean()
        refuse_ahead(self.onset_on, self.patient, "onset_on")


class Medication(Course):
    """FHIR's MedicationStatement: what the patient takes, how, and since when until when."""

    END = "stops_at"

    dosage = models.CharField(
        _("dosage"), max_length=500, blank=True, default="", help_text=_("Such as 1 tablet daily.")
    )
    starts_at = models.DateTimeField(_("since"), null=True, blank=True)
    stops_at = models.DateTimeField(_("stopped"), null=True, blank=True, editable=False)
    prescriber = models.ForeignKey(
        Doctor, on_delete=models.PROTECT, null=True, blank=True, editable=False
    )
    reason_code = models.CharField(max_length=32, blank=True, default="", editable=False)
    reason = models.CharField(_("reason"), max_length=255, blank=True, default="")

    objects = CourseQuerySet["Medication"].as_manager()

    class Meta:
        verbose_name = _("medication")
        verbose_name_plural = _("medications")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            *clinical_constraints("medication"),
            in_order("medication", "starts_at", "stops_at"),
            models.CheckConstraint(condition=~Q(description=""), name="medication_is_named"),
        ]
        triggers = [
            *clinical_triggers("medication", "stops_at", "ended_by_id"),
            same_patient("medication", ENCOUNTERS, "encounter_id"),
        ]

    def clean(self) -> None:
        super().clean()
        refuse_ahead(self.starts_at, self.patient, "starts_at")
