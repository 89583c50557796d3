"""Sets of patients that a person may see."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from accounts.models import User

if TYPE_CHECKING:
    from patients.models import Patient


class PatientQuerySet(models.QuerySet["Patient"]):
    def visible_to(self, user: User) -> "PatientQuerySet":
        """Keep the patients of this person's facilities, and those whom no facility has taken yet."""
        if user.is_admin:
            return self
        if user.is_clinic_staff:
            own = user.facilities.values("pk")
            return self.filter(Q(facility__in=own) | Q(facility__isnull=True))
        return self.none()

    def active(self) -> "PatientQuerySet":
        return self.filter(is_active=True)
