"""What is known of a patient beside their visits."""

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as now_in_words
from django.utils.translation import gettext_lazy as _

from facilities.refusals import refusals
from patients.models import Patient
from records.models.clinical import Clinical, clinical_constraints
from records.querysets import HealthSummaryQuerySet
from records.triggers import clinical_triggers


class HealthSummary(Clinical):
    """A patient's blood type and medical history. A later one takes the place of the earlier.

    The newest is the one that counts; after a merge of two records both stay to be read.
    """

    class BloodType(models.TextChoices):
        A_POSITIVE = "A+", "A+"
        A_NEGATIVE = "A-", "A−"
        B_POSITIVE = "B+", "B+"
        B_NEGATIVE = "B-", "B−"
        AB_POSITIVE = "AB+", "AB+"
        AB_NEGATIVE = "AB-", "AB−"
        O_POSITIVE = "O+", "O+"
        O_NEGATIVE = "O-", "O−"
        UNKNOWN = "", _("Unknown")

    blood_type = models.CharField(
        _("blood type"), max_length=3, choices=BloodType, blank=True, default=""
    )
    history = models.TextField(_("medical history"), max_length=20_000, blank=True, default="")

    objects = HealthSummaryQuerySet.as_manager()

    class Meta:
        verbose_name = _("health summary")
        verbose_name_plural = _("health summaries")
        ordering = ["-recorded_at", "-pk"]
        constraints = [
            *clinical_constraints("health_summary"),
            models.CheckConstraint(
                condition=models.Q(
                    blood_type__in=["", "A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-"]
                ),
                name="health_summary_blood_type_known",
            ),
        ]
        indexes = [models.Index(fields=["patient", "-recorded_at"], name="health_summary_newest")]
        triggers = clinical_triggers("health_summary")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    def replace(self, since: int | None) -> None:
        """Save this as the patient's summary, in the place of the one with the id `since`.

        Raises ValidationError `stale` when another one counts by now.
        """
        self.full_clean(exclude=["patient", "facility"])
        with refusals(), transaction.atomic():
            # One at a time: two first summaries would not see each other.
            Patient.objects.select_for_update(no_key=True).get(pk=self.patient_id)
            stored = type(self).objects.of(self.patient)
            if (stored.pk if stored else None) != since:
                raise ValidationError(
                    now_in_words(
                        "Somebody else changed the summary while you had it open. "
                        "Compare the two, then save again."
                    ),
                    code="stale",
                )
            self.save(force_insert=True)
