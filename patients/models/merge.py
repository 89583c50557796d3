"""Two records of one person that became one."""

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from patients import merging
from patients.models.patient import Patient
from patients.querysets import PatientMergeQuerySet


class PatientMerge(models.Model):
    """A record that went into another of the same person, and all that is needed to undo that.

    `moved` lists the ids of the rows that went over, by their foreign key (`app.model.field`);
    `filled` holds what the record that stays took over, by the column, and `replaced` what stood
    there before, where that was not empty.
    """

    merged = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    into = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    was_active = models.BooleanField()
    moved = models.JSONField(default=dict)
    filled = models.JSONField(default=dict)
    replaced = models.JSONField(default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    objects = PatientMergeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["merged"],
                condition=Q(undone_at__isnull=True),
                name="patient_merged_once",
                violation_error_code="merged_already",
                violation_error_message=_(
                    "This record has been merged already. Open the record that replaced it."
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} into {self.into_id}"

    def undo(self, *, by: User | None) -> None:
        """Give the merged record back what went over, and open it as it was.

        Raises ValidationError as `patients.merging.undo` does; nothing has changed then.
        """
        with transaction.atomic():
            merging.undo(self, by)

    @property
    def counts(self) -> dict[str, int]:
        """Return how many rows of each kind went over."""
        return merging.counts(self.moved)
