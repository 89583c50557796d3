"""Who is cared for: patients and the numbers other systems know them by."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from phonenumber_field.modelfields import PhoneNumberField

from facilities.models import Doctor, Facility, zip_code_validator
from facilities.refusals import refusals
from patients.querysets import PatientQuerySet
from patients.triggers import registered_count_triggers


class NextMRN(Func):
    """The next medical record number: eight digits, from a sequence, so that none is given twice."""

    template = "lpad(nextval('patients_mrn_seq')::text, 8, '0')"
    output_field = models.CharField()


class Patient(models.Model):
    """A person who is cared for, as FHIR's Patient names the facts about them.

    The register of a facility counts its active patients; see `patients.triggers`.
    """

    class Gender(models.TextChoices):
        FEMALE = "female", "Female"
        MALE = "male", "Male"
        OTHER = "other", "Other"
        UNKNOWN = "unknown", "Unknown"

    mrn = models.CharField(
        "MRN",
        max_length=20,
        unique=True,
        editable=False,
        db_default=NextMRN(),
        help_text="Medical record number.",
    )
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    maiden_name = models.CharField(max_length=100, blank=True)
    date_of_birth = models.DateField()
    gender = models.CharField(max_length=10, choices=Gender, default=Gender.UNKNOWN)
    phone = PhoneNumberField(blank=True)
    email = models.EmailField(max_length=254, blank=True)
    address_line = models.CharField("address", max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=50, blank=True)
    zip_code = models.CharField(
        "ZIP code", max_length=5, blank=True, validators=[zip_code_validator]
    )
    language = models.CharField(
        max_length=10, blank=True, help_text="Preferred language, such as en or es."
    )
    facility = models.ForeignKey(
        Facility, on_delete=models.PROTECT, null=True, blank=True, related_name="patients"
    )
    assigned_doctor = models.ForeignKey(
        Doctor, on_delete=models.SET_NULL, null=True, blank=True, related_name="assigned_patients"
    )
    deceased_on = models.DateField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged_from",
    )
    is_active = models.BooleanField(
        default=True,
        help_text="Clear this when the record is closed: it then takes no place in its facility.",
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ["family_name", "given_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~Q(email=""),
                name="patient_email_unique",
                violation_error_code="email_taken",
                violation_error_message="Another patient is registered with this email address. "
                "Search for that record, or leave the address empty.",
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")), name="patient_not_merged_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True, deceased_on__isnull=True)
                | Q(is_active=False),
                name="patient_closed_is_inactive",
                violation_error_message="A merged or deceased patient's record is closed. "
                "Clear “is active”.",
            ),
            models.CheckConstraint(
                condition=Q(gender__in=["female", "male", "other", "unknown"]),
                name="patient_gender_known",
            ),
        ]
        indexes = [
            models.Index(fields=["date_of_birth"], name="patient_date_of_birth"),
            models.Index(fields=["phone"], name="patient_phone"),
        ]
        triggers = registered_count_triggers()

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"

    def get_absolute_url(self) -> str:
        return reverse("patients:detail", args=[self.pk])

    def clean(self) -> None:
        super().clean()
        if self.date_of_birth and self.date_of_birth > timezone.localdate():
            raise ValidationError(
                {"date_of_birth": "The date of birth lies in the future. Check the year."}
            )

    def save(self, **kwargs: Any) -> None:
        """Save, turning a refusal by the database, such as a full facility, into a `ValidationError`."""
        with refusals():
            super().save(**kwargs)


class PatientIdentifier(models.Model):
    """A number by which another system knows the patient; FHIR's Patient.identifier."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="identifiers")
    system = models.CharField(max_length=100)
    value = models.CharField(max_length=100)

    class Meta:
        ordering = ["system", "value"]
        constraints = [
            models.UniqueConstraint(
                fields=["system", "value"],
                name="patient_identifier_unique",
                violation_error_message="Another patient has this identifier. Search for that record.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.system}: {self.value}"
