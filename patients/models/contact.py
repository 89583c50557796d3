"""What was said between the staff and a patient: a log that is only added to."""

from datetime import timedelta
from typing import Self

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models, transaction
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from facilities.refusals import RefusalTrigger, refusals
from patients.models.patient import Patient

LONGEST_NOTE = 500
# Within this time the same entry again is a button pressed twice.
SECOND_PRESS = timedelta(minutes=1)


class ContactQuerySet(models.QuerySet["ContactEntry"]):
    def visible_to(self, user: User) -> Self:
        """Keep the entries of the patients whom this member of the staff may see."""
        if user.is_admin:
            return self
        if not user.is_clinic_staff:
            return self.none()
        return self.filter(patient__in=Patient.objects.visible_to(user).values("pk"))


class ContactEntry(models.Model):
    """A call, a letter or a talk with a patient.

    An entry is never changed and never deleted. A later one that is right strikes it. Only a merge
    of two records moves it to another patient.
    """

    class Channel(models.TextChoices):
        PHONE = "phone", _("Phone")
        EMAIL = "email", _("Email")
        LETTER = "letter", _("Letter")
        IN_PERSON = "in-person", _("In person")

    class Direction(models.TextChoices):
        FROM_PATIENT = "in", _("From the patient")
        TO_PATIENT = "out", _("To the patient")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contacts")
    at = models.DateTimeField(_("when"), default=timezone.now)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.PHONE)
    direction = models.CharField(max_length=3, choices=Direction, default=Direction.FROM_PATIENT)
    note = models.TextField(max_length=LONGEST_NOTE, validators=[MaxLengthValidator(LONGEST_NOTE)])
    strikes = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="struck_by",
        help_text=_("The entry that this one corrects."),
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("contact entries")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(LessThanOrEqual(Length("note"), LONGEST_NOTE))
                & ~models.Q(note=""),
                name="contact_note_bounded",
                violation_error_message=_("Write a note of at most 500 characters."),
            ),
            models.CheckConstraint(
                condition=~models.Q(strikes=models.F("id")), name="contact_strikes_another"
            ),
        ]
        indexes = [models.Index(fields=["patient", "-at"], name="contact_patient_at")]
        triggers = [
            RefusalTrigger(
                constraint="contact_is_lasting",
                operation=pgtrigger.Update,
                condition_sql="(to_jsonb(NEW) - 'patient_id') <> (to_jsonb(OLD) - 'patient_id')",
                violation_error_code="lasting",
                violation_error_message=_(
                    "An entry of the contact log cannot be changed. "
                    "Add a new entry that corrects it."
                ),
            ),
            pgtrigger.Protect(name="contact_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.at:%Y-%m-%d %H:%M}"

    def clean(self) -> None:
        super().clean()
        if self.at and self.at > timezone.now() + timedelta(minutes=1):
            raise ValidationError(
                {"at": gettext("This time lies ahead. Enter when you spoke or wrote.")},
                code="ahead",
            )
        if self.strikes and self.strikes.patient_id != self.patient_id:
            raise ValidationError(
                {
                    "strikes": gettext(
                        "This entry is of another patient. Correct one of this patient's."
                    )
                },
                code="other_patient",
            )

    def add(self) -> bool:
        """Save this new entry, unless its author has written the same a moment ago.

        Return whether it was saved: a button that is pressed twice is meant once, and nothing could
        take the second entry away. Raises ValidationError `struck_already` for a second correction.
        """
        self.full_clean(exclude=["strikes"])
        with refusals(), transaction.atomic():
            Patient.objects.select_for_update(no_key=True).get(pk=self.patient_id)
            if self._written_before():
                return False
            if self.strikes_id and type(self).objects.filter(strikes=self.strikes_id).exists():
                raise self._struck_already()
            self.save(force_insert=True)
        return True

    def _written_before(self) -> bool:
        said = ("patient_id", "by_id", "channel", "direction", "note", "strikes_id")
        same = type(self).objects.filter(**{name: getattr(self, name) for name in said})
        about_then = (self.at - SECOND_PRESS, self.at + SECOND_PRESS)
        lately = timezone.now() - SECOND_PRESS
        return same.filter(at__range=about_then, created_at__gt=lately).exists()

    def _struck_already(self) -> ValidationError:
        return ValidationError(
            gettext(
                "Somebody has corrected this entry already. Read the correction, and correct that "
                "one if it is wrong."
            ),
            code="struck_already",
        )
