"""Two records that look like one person's, and are not."""

from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from facilities.refusals import refusals
from patients.models.patient import Patient


class DifferentPeopleQuerySet(models.QuerySet["DifferentPeople"]):
    def visible_to(self, user: User) -> Self:
        """Keep the pairs of which this person may see both patients."""
        visible = Patient.objects.visible_to(user).values("pk")
        return self.filter(first__in=visible, second__in=visible)

    def in_force(self) -> Self:
        return self.filter(undone_at__isnull=True)

    def decide(self, patients: Iterable[Patient], *, by: User | None) -> "DifferentPeople":
        """Remember that two records are two people's.

        Raises ValidationError `decided_already` when somebody was quicker.
        """
        first, second = sorted(patients, key=lambda each: each.pk)
        with refusals(), transaction.atomic():
            return self.create(first=first, second=second, by=by)


class DifferentPeople(models.Model):
    """Somebody looked at two records that are alike, and knows that they are two people's."""

    first = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    objects = DifferentPeopleQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("different people")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="different_people_in_order"
            ),
            models.UniqueConstraint(
                fields=["first", "second"],
                condition=Q(undone_at__isnull=True),
                name="different_people_once",
                violation_error_code="decided_already",
                violation_error_message=_(
                    "Somebody has decided already that these two are not the same person."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}"

    def undo(self, *, by: User | None) -> bool:
        """Let the two be likely duplicates again; return False when that was so already."""
        in_force = type(self).objects.in_force().filter(pk=self.pk)
        return bool(in_force.update(undone_at=timezone.now(), undone_by=by))
