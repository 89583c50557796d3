"""Sets of facilities and doctors that a person may see, and that a ZIP code is served by."""

from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.postgres.fields import IntegerRangeField
from django.db import models
from django.db.models import ExpressionWrapper, Func, IntegerField, Value
from django.db.models.functions import Cast

from accounts.models import User
from facilities.matching import Match, ranked
from facilities.zip_codes import is_zip_code

if TYPE_CHECKING:
    from facilities.models import CareType, Doctor, Facility, Room, ZipCodeRange


def zip_span() -> Func:
    """Return the ZIP codes of a range as an int4range, both ends included; GiST indexes it."""
    ends = [Cast(name, IntegerField()) for name in ("zip_min", "zip_max")]
    return Func(*ends, Value("[]"), function="int4range")


class CareTypeQuerySet(models.QuerySet["CareType"]):
    def visible_to(self, user: User) -> "CareTypeQuerySet":
        """Keep all: which kinds of care there are is for everybody to know."""
        return self


class FacilityQuerySet(models.QuerySet["Facility"]):
    def visible_to(self, user: User) -> "FacilityQuerySet":
        """Keep the facilities where this person works; an administrator works at all of them.

        A patient sees all that are in use.
        """
        if user.is_admin:
            return self
        return self.filter(staff=user) if user.is_clinic_staff else self.active()

    def active(self) -> "FacilityQuerySet":
        return self.filter(is_active=True)

    def serving(self, zip_code: str) -> "FacilityQuerySet":
        """Keep the facilities with a service area that covers this five-digit ZIP code."""
        if not is_zip_code(zip_code):
            return self.none()
        ranges = apps.get_model("facilities", "ZipCodeRange")._default_manager  # noqa: SLF001
        # Not a join: to the planner the range of a missing row is one without ends.
        span = ExpressionWrapper(zip_span(), IntegerRangeField())
        covering = ranges.alias(span=span).filter(span__contains=Value(int(zip_code)))
        return self.filter(pk__in=covering.values("facility"))

    def offering(self, care_type: "CareType | None") -> "FacilityQuerySet":
        """Keep the facilities that offer this care; None asks for any."""
        return self.filter(care_types=care_type) if care_type else self

    def matching(self, zip_code: str, care_type: "CareType | None" = None) -> list[Match]:
        """Return the active facilities that serve the ZIP code, in the order to offer them in.

        Begin at `Facility.objects`, not at `visible_to(user)`: where the network takes patients,
        and which of its places are full, holds nothing about a patient, and every staff role needs
        it to send somebody to the right place.
        """
        found = self.active().serving(zip_code).offering(care_type)
        return ranked(found.prefetch_related("care_types"), zip_code)

    def nearest(
        self, zip_code: str, care_type: "CareType | None" = None, *, limit: int = 5
    ) -> list[Match]:
        """Return a few active facilities near the ZIP code that do not serve it, in that order.

        Those at an unknown distance are left out. Network information, as `matching` is.
        """
        elsewhere = (
            self.active().offering(care_type).exclude(pk__in=self.serving(zip_code).values("pk"))
        )
        places = ranked(elsewhere, zip_code)
        found = [match for match in places if match.miles is not None][:limit]
        models.prefetch_related_objects([match.facility for match in found], "care_types")
        return found


class DoctorQuerySet(models.QuerySet["Doctor"]):
    def visible_to(self, user: User) -> "DoctorQuerySet":
        """Keep the doctors of the facilities where this person works.

        A patient sees all who see patients now.
        """
        if user.is_admin:
            return self
        if user.is_clinic_staff:
            return self.filter(facilities__staff=user).distinct()
        return self.active()

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


class ZipCodeRangeQuerySet(models.QuerySet["ZipCodeRange"]):
    def visible_to(self, user: User) -> "ZipCodeRangeQuerySet":
        """Keep the ranges of the facilities where this person works."""
        if user.is_admin:
            return self
        if user.is_clinic_staff:
            return self.filter(facility__staff=user)
        return self.none()
