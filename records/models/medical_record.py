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
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from facilities.models import Doctor
from facilities.refusals import refusals
from records.models.clinical import Clinical, clinical_constraints
from records.querysets import MedicalRecordQuerySet
from records.triggers import AMENDED_ALREADY, medical_record_triggers
from scheduling.models import Appointment

LONGEST_TEXT = 20_000
# Kept in English, shown in the language of whoever reads.
DISCARDED = gettext_noop("Discarded before it was signed")


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
                    "You have an open draft of this visit. Finish or discard that one first."
                ),
            ),
            models.UniqueConstraint(
                fields=["amends", "recorded_by"],
                condition=Q(signed_at__isnull=True, error_at__isnull=True),
                name="medical_record_one_amendment",
                violation_error_code="draft_open",
                violation_error_message=_(
                    "You are amending this note already. Finish or discard that draft first."
                ),
            ),
            # Drafts are no successors: one that lies about keeps nobody from amending.
            models.UniqueConstraint(
                fields=["amends"],
                condition=Q(signed_at__isnull=False, error_at__isnull=True),
                name="medical_record_amended_once",
                violation_error_code="amended_already",
                violation_error_message=AMENDED_ALREADY,
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

        Raises ValidationError as `save_draft` does, `empty` for a note that says nothing, and
        `amended_already` where another amendment of the same version was signed meanwhile.
        """
        self._write(by, revision, **texts, signed_at=timezone.now(), signed_by=by)

    def discard(self, *, by: User) -> None:
        """Give this draft up: it counts no more, and its author alone can still read it.

        Raises ValidationError: `not_yours`, `signed` or `entered_in_error`.
        """
        with transaction.atomic():
            self.refresh_from_db(from_queryset=self._locked())
            self._refuse_writing(by)
            self.mark_entered_in_error(by=by, reason=DISCARDED)

    def _write(self, by: User, revision: int, **changes: Any) -> None:
        with refusals(), transaction.atomic():
            self.refresh_from_db(from_queryset=self._locked())
            self._refuse_writing(by)
            self._refuse_stale(revision)
            for name, value in changes.items():
                setattr(self, name, value.strip() if name in self.TEXTS else value)
            self.revision += 1
            self.save(update_fields=[*changes, "revision", "updated_at"])

    def _refuse_writing(self, by: User) -> None:
        if by.pk != self.recorded_by_id:
            raise ValidationError(
                gettext("Only its author writes and signs a draft. Write a note of your own."),
                code="not_yours",
            )
        self._refuse_in_error()
        if self.is_signed:
            raise ValidationError(
                gettext(
                    "This note is signed and is not changed any more. Amend it with a new version."
                ),
                code="signed",
            )

    def _refuse_stale(self, revision: int) -> None:
        if revision != self.revision:
            raise ValidationError(
                gettext(
                    "This draft was saved elsewhere while you had it open. Compare the two texts "
                    "below, then save again: what stands in the form is kept."
                ),
                code="stale",
            )

    @property
    def error_words(self) -> str:
        """Return why it counts no more, what the program itself said in the reader's language."""
        return gettext(DISCARDED) if self.error_reason == DISCARDED else self.error_reason

    @property
    def texts(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in self.TEXTS}

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None
