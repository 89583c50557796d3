"""Notes of doctors: a draft until it is signed, and from then on as it stands.

A signed note is amended by a new version with a reason, which is a draft again until it is signed.
The newest signed version is the one that is shown; the earlier ones can be read. The database
holds all of it, see `records.triggers`.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as now_in_words
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from facilities.models import Doctor
from facilities.refusals import refusals
from records.models.clinical import Clinical, clinical_constraints
from records.querysets import MedicalRecordQuerySet
from records.triggers import medical_record_triggers
from scheduling.models import Appointment

LONGEST_TEXT = 20_000


class MedicalRecord(Clinical):
    """What a doctor found and ordered. `version` counts amendments, `revision` a draft's saves."""

    TEXTS = ("diagnosis", "prescription", "notes")

    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT)
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, null=True, blank=True, related_name="medical_records"
    )
    diagnosis = models.TextField(_("diagnosis"), max_length=LONGEST_TEXT, blank=True, default="")
    prescription = models.TextField(
        _("prescription"), max_length=LONGEST_TEXT, blank=True, default=""
    )
    notes = models.TextField(_("notes"), max_length=LONGEST_TEXT, blank=True, default="")
    version = models.PositiveIntegerField(default=1, editable=False)
    original = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    amends = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="amendments"
    )
    amend_reason = models.CharField(max_length=200, blank=True, default="", editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)
    signed_at = models.DateTimeField(null=True, editable=False)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="signed_records",
    )

    objects = MedicalRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["-recorded_at", "-pk"]
        constraints = [
            *clinical_constraints("medical_record"),
            models.UniqueConstraint(
                fields=["appointment", "recorded_by"],
                condition=Q(signed_at__isnull=True, error_at__isnull=True),
                name="medical_record_one_draft",
                violation_error_code="draft_open",
                violation_error_message=_(
                    "You have an open draft of this visit. Finish that one first."
                ),
            ),
            models.UniqueConstraint(
                fields=["amends"],
                condition=Q(error_at__isnull=True),
                name="medical_record_amended_once",
                violation_error_code="amended_already",
                violation_error_message=_(
                    "Somebody is amending this note, or has done so. Look at its versions, and "
                    "amend the newest."
                ),
            ),
            models.CheckConstraint(
                condition=Q(version=1, amends__isnull=True, original__isnull=True, amend_reason="")
                | Q(version__gt=1, amends__isnull=False, original__isnull=False)
                & ~Q(amend_reason=""),
                name="medical_record_amended_with_reason",
                violation_error_code="reason_missing",
                violation_error_message=_("Say why you amend this note."),
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | Q(signed_at__isnull=False, signed_by=F("recorded_by")),
                name="medical_record_signed_by_author",
                violation_error_code="not_yours",
                violation_error_message=_("A note is signed by who wrote it."),
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True) | ~Q(diagnosis="", prescription="", notes=""),
                name="medical_record_signed_says_something",
                violation_error_code="empty",
                violation_error_message=_("Write a diagnosis, a prescription or notes, then sign."),
            ),
        ]
        indexes = [models.Index(fields=["patient", "-signed_at"], name="medical_record_of_patient")]
        triggers = medical_record_triggers()

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("records:note", args=[self.patient_id, self.pk])

    def save_draft(self, *, by: User, revision: int, **texts: str) -> None:
        """Save what the author has written so far.

        Raises ValidationError: `not_yours`, `signed`, `entered_in_error`, or `stale` when the draft
        was saved since it was read as `revision`.
        """
        self._write(by, revision, **texts)

    def sign(self, *, by: User, revision: int, **texts: str) -> None:
        """Save and sign: from now on nothing of it is changed any more.

        Raises ValidationError as `save_draft` does, and `empty` for a note that says nothing.
        """
        self._write(by, revision, **texts, signed_at=timezone.now(), signed_by=by)

    def _write(self, by: User, revision: int, **changes: Any) -> None:
        with refusals(), transaction.atomic():
            self.refresh_from_db(from_queryset=self._locked())
            self._refuse_writing(by, revision)
            for name, value in changes.items():
                setattr(self, name, value.strip() if name in self.TEXTS else value)
            self.revision += 1
            self.save(update_fields=[*changes, "revision", "updated_at"])

    def _refuse_writing(self, by: User, revision: int) -> None:
        if by.pk != self.recorded_by_id:
            raise ValidationError(
                now_in_words("Only its author writes and signs a draft. Write a note of your own."),
                code="not_yours",
            )
        self._refuse_in_error()
        if self.is_signed:
            raise ValidationError(
                now_in_words(
                    "This note is signed and is not changed any more. Amend it with a new version."
                ),
                code="signed",
            )
        if revision != self.revision:
            raise ValidationError(
                now_in_words(
                    "This draft was saved elsewhere while you had it open. Compare the two texts "
                    "below, then save again: what stands in the form is kept."
                ),
                code="stale",
            )

    @property
    def texts(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in self.TEXTS}

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None
