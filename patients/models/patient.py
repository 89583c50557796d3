"""Who is cared for: patients and the numbers other systems know them by."""

import zoneinfo
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Func, Q
from django.db.models.functions import Lower, Reverse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts.models import User
from facilities.models import Doctor, Facility, zip_code_validator
from facilities.refusals import refusals
from patients.querysets import PatientQuerySet
from patients.triggers import name_triggers, registered_count_triggers, version_trigger


class NextMRN(Func):
    """The next medical record number: eight digits of a sequence, without those that are taken."""

    template = "patients_next_mrn()"
    output_field = models.CharField()


class Patient(models.Model):
    """A person who is cared for, as FHIR's Patient names the facts about them.

    The register of a facility counts its active patients; see `patients.triggers`.
    """

    class Gender(models.TextChoices):
        FEMALE = "female", _("Female")
        MALE = "male", _("Male")
        OTHER = "other", _("Other")
        UNKNOWN = "unknown", _("Unknown")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="patient",
        help_text=_("The account with which this person sees and books their own appointments."),
    )
    mrn = models.CharField(
        _("MRN"),
        max_length=20,
        unique=True,
        editable=False,
        db_default=NextMRN(),
        help_text=_("Medical record number."),
    )
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    maiden_name = models.CharField(max_length=100, blank=True)
    date_of_birth = models.DateField()
    gender = models.CharField(max_length=10, choices=Gender, default=Gender.UNKNOWN)
    phone = PhoneNumberField(blank=True)
    email = models.EmailField(max_length=254, blank=True)
    address_line = models.CharField(_("address"), max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=50, blank=True)
    zip_code = models.CharField(
        _("ZIP code"), max_length=5, blank=True, validators=[zip_code_validator]
    )
    language = models.CharField(
        max_length=10, blank=True, help_text=_("Preferred language, such as en or es.")
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
        help_text=_(
            "Clear this when the record is closed: it then takes no place in its facility."
        ),
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)

    # What a patient may change of their own record; the desk changes the rest. Not the email
    # address: whether it is refused would tell who else has it.
    CONTACT = ("phone", "address_line", "city", "state", "zip_code", "language")
    # What it takes to close a record, or to open it again.
    CLOSING = "patients.delete_patient"

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ["family_name", "given_name", "pk"]
        permissions = [("merge_patient", "Can merge two records of one patient")]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~Q(email=""),
                name="patient_email_unique",
                violation_error_code="email_taken",
                violation_error_message=_(
                    "Another patient is registered with this email address. "
                    "Search for that record, or leave the address empty."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")), name="patient_not_merged_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True, deceased_on__isnull=True)
                | Q(is_active=False),
                name="patient_closed_is_inactive",
                violation_error_message=_(
                    "A merged or deceased patient's record is closed. Clear “is active”."
                ),
            ),
            models.CheckConstraint(
                condition=Q(gender__in=["female", "male", "other", "unknown"]),
                name="patient_gender_known",
            ),
        ]
        indexes = [
            models.Index(fields=["date_of_birth"], name="patient_date_of_birth"),
            models.Index(fields=["family_name", "given_name", "id"], name="patient_in_order"),
            models.Index(fields=["phone"], name="patient_phone", opclasses=["varchar_pattern_ops"]),
            models.Index(
                OpClass(Reverse("phone"), "text_pattern_ops"),
                condition=~Q(phone=""),
                name="patient_phone_end",
            ),
            models.Index(
                OpClass(Lower("email"), "text_pattern_ops"),
                condition=~Q(email=""),
                name="patient_email_start",
            ),
        ]
        triggers = [*registered_count_triggers(), *name_triggers(), version_trigger()]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"

    def save(self, **kwargs: Any) -> None:
        """Save; raise ValidationError for what the database refuses, such as a full facility."""
        is_new = self._state.adding
        with refusals():
            super().save(**kwargs)
        if not is_new:
            self.version += 1

    def get_absolute_url(self) -> str:
        return reverse("scheduling:patient", args=[self.pk])

    def clean(self) -> None:
        super().clean()
        if self.date_of_birth and self.date_of_birth > timezone.localdate():
            raise ValidationError(
                {"date_of_birth": gettext("The date of birth lies in the future. Check the year.")}
            )
        if self.facility and self.is_active and self.facility.is_full and not self._has_place:
            raise ValidationError(
                gettext(
                    "%(facility)s is full. Choose another facility, or ask an administrator "
                    "to raise its capacity."
                ),
                code="facility_full",
                params={"facility": self.facility},
            )

    def replace_identifiers(self, pairs: list[tuple[str, str]]) -> None:
        """Keep exactly these numbers, each a system and a value.

        Raises ValidationError when another patient has one of them.
        """
        kept = {(each.system, each.value): each for each in self.identifiers.all()}
        gone = [each.pk for pair, each in kept.items() if pair not in pairs]
        new = [pair for pair in dict.fromkeys(pairs) if pair not in kept]
        try:
            with refusals():
                self.identifiers.filter(pk__in=gone).delete()
                self.identifiers.bulk_create(
                    PatientIdentifier(patient=self, system=system, value=value)
                    for system, value in new
                )
        except ValidationError as error:
            raise ValidationError({"identifiers": error}) from error

    def close(self) -> None:
        """Close the record: it stays to be read, and takes no place in its facility.

        Raises ValidationError `visits_to_come` as long as visits are booked.
        """
        self.is_active = False
        self.save()

    def save_unless_changed(self, *, since: int, by: User | None = None) -> None:
        """Save over the version that was read, and note who changed what.

        Raises ValidationError `stale` over a later version.
        """
        with transaction.atomic():
            rows = type(self).objects.select_for_update(no_key=True)
            stored = rows.get(pk=self.pk)
            self.version = stored.version
            if self.version != since:
                raise ValidationError(
                    gettext(
                        "Somebody else changed this record while you had it open. "
                        "Check what they changed, then save again."
                    ),
                    code="stale",
                )
            self.save()
            self.changes.model.objects.note(self, stored, by=by)

    @property
    def tz(self) -> zoneinfo.ZoneInfo:
        """Return the zone of their facility, on whose clock is written and shown what is theirs."""
        zone = self.facility.tz if self.facility else timezone.get_default_timezone()
        assert isinstance(zone, zoneinfo.ZoneInfo)  # nosec B101 # noqa: S101 - Django's and ours are
        return zone

    @property
    def is_open(self) -> bool:
        """Say whether an account can be linked to this record."""
        return self.is_active and self.merged_into_id is None and self.user_id is None

    @property
    def _has_place(self) -> bool:
        """Say whether this patient is one of those registered at the facility already."""
        stored = type(self).objects.active().filter(pk=self.pk, facility=self.facility)
        return self.pk is not None and stored.exists()


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
                violation_error_code="identifier_taken",
                violation_error_message=_(
                    "Another patient has this identifier. Search for that record."
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.system}: {self.value}"
