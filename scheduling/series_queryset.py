"""Sets of series, and the way in for a new one."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from facilities.models import Doctor, Facility, Room
from patients.models import Patient
from scheduling.availability import instant_of_hours
from scheduling.clashes import Clash, SeriesClash

if TYPE_CHECKING:
    from scheduling.models import Appointment, AppointmentSeries, AppointmentType
    from scheduling.openings import Slot


class SeriesQuerySet(models.QuerySet["AppointmentSeries"]):
    def visible_to(self, user: User) -> "SeriesQuerySet":
        """Keep the series of which this person sees an appointment."""
        if user.is_admin:
            return self
        if user.role == User.Role.DOCTOR:
            facilities = user.facilities.values("pk")
            own = self.filter(appointments__doctor__user=user, facility__in=facilities)
            return own.distinct()
        if user.is_clinic_staff:
            return self.filter(facility__in=user.facilities.values("pk"))
        return self.none()

    def planned(
        self,
        *,
        patient: Patient | None,
        doctor: Doctor,
        facility: Facility,
        starts_at: datetime,
        rule: str,
        by: User | None,
        type: "AppointmentType | None" = None,
        room: Room | None = None,
        duration_minutes: int | None = None,
    ) -> "AppointmentSeries":
        """Return an unsaved series within bounds; raise ValidationError for one that is not."""
        first = starts_at.astimezone(facility.tz)
        series = self.model(
            patient=patient,
            doctor=doctor,
            facility=facility,
            room=room,
            type=type,
            rule=rule,
            first_day=first.date(),
            time_of_day=first.time(),
            duration_minutes=duration_minutes or (type.duration_minutes if type else 30),
            created_by=by,
        )
        series.clean()
        # Compared in UTC: in a zone of its own, a time that occurs twice equals none elsewhere.
        if instant_of_hours(first.date(), first.time(), facility.tz) != starts_at.astimezone(UTC):
            raise ValidationError(
                _(
                    "The clocks go back on that day, and %(time)s occurs twice. A series begins at "
                    "the first of the two. Choose another start."
                )
                % {"time": date_format(first, "TIME_FORMAT")},
                code="second_of_two",
            )
        return series

    def book(
        self,
        *,
        replacing: "Mapping[int, Slot] | None" = None,
        leaving_out: Collection[int] = (),
        now: datetime | None = None,
        details: Mapping[str, Any] | None = None,
        hold: "Appointment | None" = None,
        **wanted: Any,
    ) -> "AppointmentSeries":
        """Book every appointment of a series, or none; return the series.

        A `hold` of one's own is given up for it, and stays when the series is refused.

        `wanted` is what `planned()` takes, `details` go to each appointment, such as `reason`.
        Indexes count the rule's starts from 0: those in `replacing` are booked at another slot,
        those in `leaving_out` not at all. Raises SeriesClash with every appointment that cannot
        be had and the nearest alternative, or the ValidationError that concerns them all.
        """
        series = self.planned(**wanted)
        try:
            series.write(replacing or {}, leaving_out, details or {}, hold)
        except SeriesClash as clash:
            clash.offer_alternatives(now or timezone.now())
            raise
        return series

    def foreseen(self, **wanted: Any) -> list[Clash]:
        """Return the clashes that `book()` would meet now. Nothing is booked.

        The booking is made and taken back, so that the database judges it by every rule it has.
        """
        try:
            with transaction.atomic():
                self.book(**wanted)
                transaction.set_rollback(True)
        except SeriesClash as clash:
            return clash.clashes
        return []
