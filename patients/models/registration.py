"""Patient accounts, and which record becomes theirs."""

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from facilities.models import Facility, zip_code_validator
from patients.models.patient import Patient
from patients.querysets import RegistrationQuerySet


class Registration(models.Model):
    """What somebody said of themselves when they made a patient account.

    Nobody is given a record for what they say alone. A code that was mailed proves the address:
    then the open record with that address, that date of birth and much the same name is theirs
    (twins may share a mailbox). A record that only looks alike waits for somebody who knows them,
    and where there is none a new one is made. Until then nobody signs in: the account is inactive.
    """

    class Status(models.TextChoices):
        UNVERIFIED = "unverified", _("Address not verified")
        WAITING = "waiting", _("Waits for the desk")
        LINKED = "linked", _("Linked")
        REJECTED = "rejected", _("Rejected")

    UNDECIDED = (Status.WAITING, Status.REJECTED)

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="registration"
    )
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    date_of_birth = models.DateField()
    phone = PhoneNumberField(blank=True)
    zip_code = models.CharField(
        _("ZIP code"), max_length=5, blank=True, validators=[zip_code_validator]
    )
    facility = models.ForeignKey(
        Facility, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.UNVERIFIED)
    email = models.EmailField(
        _("verified address"), max_length=254, blank=True, help_text=_("Proved by a code.")
    )
    candidate = models.ForeignKey(
        Patient,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The record that may be this person's. Choose another one if it is not."),
    )
    created_at = models.DateTimeField(auto_now_add=True)
    verified_at = models.DateTimeField(null=True, blank=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["verified_at", "pk"]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"

    def clean(self) -> None:
        super().clean()
        self.as_patient().clean()

    def as_patient(self) -> Patient:
        """Return a new record, not saved, with what is known of the person."""
        names = ("given_name", "family_name", "date_of_birth", "phone", "zip_code", "facility")
        return Patient(**{name: getattr(self, name) for name in names})

    def verified(self, email: str, now: datetime, facility: Facility | None = None) -> None:
        """Note that this address is proved, let its owner in, and link the record that is certain.

        Raises ValidationError, such as `facility_full`, and is then not verified; DoesNotExist
        where somebody has registered with the address anew meanwhile.
        """
        with transaction.atomic():
            self._lock(self.Status.UNVERIFIED, code="already_verified")
            self.user.activate()
            self.email, self.verified_at = email, now
            self.facility = facility or self.facility
            known = Patient.objects.with_email(self.email).first()
            alike = Patient.objects.likely_duplicates(
                self.given_name, self.family_name, self.date_of_birth
            )
            if known and known.is_open and known in alike:
                self._link(known)
            elif known or alike:
                self.candidate, self.status = known or alike[0], self.Status.WAITING
                self.save()
            else:
                self._link_new()

    def confirm(self, patient: Patient | None = None) -> None:
        """Link this record, or else the candidate: somebody who knows says that it is theirs."""
        with transaction.atomic():
            self._lock(*self.UNDECIDED, code="already_decided")
            patient = patient or self.candidate
            if patient is None:
                message = gettext("Choose the record that is this person's first.")
                raise ValidationError(message, code="no_patient")
            self._link(patient)

    def create_record(self, facility: Facility | None = None) -> None:
        """Make a new record, here or where the person chose: it is nobody of those known."""
        with transaction.atomic():
            self._lock(*self.UNDECIDED, code="already_decided")
            self.facility = facility or self.facility
            self._link_new()

    def reject(self) -> None:
        """Give the account no record. That may be decided again when somebody knows better."""
        with transaction.atomic():
            self._lock(self.Status.WAITING, code="already_decided")
            self.status = self.Status.REJECTED
            self.save()

    def _lock(self, *statuses: str, code: str) -> None:
        """Lock the row and read it again; raise ValidationError unless it has such a status."""
        self.refresh_from_db(
            from_queryset=type(self).objects.select_for_update(no_key=True, of=("self",))
        )
        if self.status not in statuses:
            raise ValidationError(
                gettext("This registration is settled: %(status)s."),
                code=code,
                params={"status": self.get_status_display().lower()},
            )

    def _link_new(self) -> None:
        patient = self.as_patient()
        taken = Patient.objects.with_email(self.email).exists()
        patient.email = "" if taken else self.email
        patient.full_clean()
        patient.save()
        self._link(patient)

    def _link(self, patient: Patient) -> None:
        patient = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        if not patient.is_open:
            raise ValidationError(
                gettext("%(patient)s is closed or has an account already. Choose another record."),
                code="linked_to_other",
                params={"patient": patient},
            )
        patient.user = self.user
        patient.save()
        self.candidate, self.status = patient, self.Status.LINKED
        self.save()
