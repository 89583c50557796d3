"""Sets of facilities and doctors that a person may see, and that a ZIP code is served by."""

from typing import TYPE_CHECKING

from django.db import models

from accounts.models import User

if TYPE_CHECKING:
    from facilities.models import Doctor, Facility, Room


class FacilityQuerySet(models.QuerySet["Facility"]):
    def visible_to(self, user: User) -> "FacilityQuerySet":
        """Keep the facilities where this person works; an administrator works at all of them."""
        if user.is_admin:
            return self
        if user.is_clinic_staff:
            return self.filter(staff=user)
        return self.none()

    def active(self) -> "FacilityQuerySet":
        return self.filter(is_active=True)

    def serving(self, zip_code: str) -> "FacilityQuerySet":
        """Keep the facilities with a service area that covers this five-digit ZIP code."""
        return self.filter(
            zip_code_ranges__zip_min__lte=zip_code, zip_code_ranges__zip_max__gte=zip_code
        )


class DoctorQuerySet(models.QuerySet["Doctor"]):
    def visible_to(self, user: User) -> "DoctorQuerySet":
        """Keep the doctors of the facilities where this person works."""
        if user.is_admin:
            return self
        if user.is_clinic_staff:
            return self.filter(facilities__staff=user).distinct()
        return self.none()

    def managed_by(self, user: User) -> "DoctorQuerySet":
        """Keep the doctors whose hours and time off this person may write, if their role may.

        A doctor keeps their own; everybody else those whom they see.
        """
        visible = self.visible_to(user)
        return visible.filter(user=user) if user.role == User.Role.DOCTOR else visible

    def active(self) -> "DoctorQuerySet":
        return self.filter(is_active=True)


class RoomQuerySet(models.QuerySet["Room"]):
    def visible_to(self, user: User) -> "RoomQuerySet":
        """Keep the rooms of the facilities where this person works."""
        if user.is_admin:
            return self
        if user.is_clinic_staff:
            return self.filter(facility__staff=user)
        return self.none()
