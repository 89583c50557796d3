"""Sets of waitlist entries: who may see them, and whom a freed time would suit."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import (
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Value,
)
from django.db.models.functions import Coalesce, TruncDate, TruncTime

from accounts.models import User
from facilities.models import Doctor, Facility
from facilities.zip_codes import Point, centroid, miles_between
from patients.models import Patient
from scheduling.availability import LONGEST
from scheduling.models.appointment import Appointment
from scheduling.models.appointment_type import AppointmentType
from scheduling.models.event import AppointmentEvent
from scheduling.priority import urgency
from scheduling.status import Status
from scheduling.writing import one_write

if TYPE_CHECKING:
    from scheduling.models import WaitlistEntry
    from scheduling.openings import Slot

_MINUTE = Value(timedelta(minutes=1), output_field=DurationField())
_LENGTH = ExpressionWrapper(F("duration_minutes") * _MINUTE, output_field=DurationField())
_BUFFER = ExpressionWrapper(
    Coalesce(F("type__buffer_minutes"), 0) * _MINUTE, output_field=DurationField()
)


class WaitlistQuerySet(models.QuerySet["WaitlistEntry"]):
    def visible_to(self, user: User) -> "WaitlistQuerySet":
        """Keep the entries of the patients whom this person may see."""
        if user.is_admin:
            return self
        if not user.is_clinic_staff:
            return self.none()
        return self.filter(patient__in=Patient.objects.visible_to(user).values("pk"))

    def waiting(self) -> "WaitlistQuerySet":
        return self.filter(status=self.model.Status.WAITING)

    def in_order(self) -> "WaitlistQuerySet":
        """Sort by priority, the most pressing first, and then by who has waited longest."""
        return self.order_by(urgency().desc(), "created_at", "pk")

    def at(self, facility: Facility) -> "WaitlistQuerySet":
        """Keep who waits for this facility, and its own patients who name no other."""
        own = Q(facility__isnull=True, patient__facility=facility)
        return self.filter(Q(facility=facility) | own)

    def fitting(self, slot: "Slot", *, now: datetime) -> "WaitlistQuerySet":
        """Keep whom a free time would suit if they came at its start, best first.

        The slot reaches from a start to the end of what is free there. Two queries, however many
        wait: the first asks where those who would come from a distance live.
        """
        if slot.starts_at <= now:
            return self.none()
        suited = self.waiting().wanting(slot.doctor).able_to_come(slot).free_then(slot)
        return suited.coming_to(slot.facility).in_order()

    def met_by(self, appointment: "Appointment") -> "WaitlistQuerySet":
        """Keep what the patient of an appointment waits for and it gives them.

        The time is left out: whoever books another time decides whether to wait on.
        """
        own = self.waiting().filter(patient=appointment.patient_id)
        return own.wanting(appointment.doctor).coming_to(appointment.facility).in_order()

    def wanting(self, doctor: Doctor) -> "WaitlistQuerySet":
        """Keep who would see this doctor: doctor, specialization, care type and type agree."""
        return self.filter(
            Q(doctor__isnull=True) | Q(doctor=doctor),
            Q(specialization="") | Q(specialization__iexact=doctor.specialization),
            Q(care_type__isnull=True) | Q(care_type__in=doctor.care_types.values("pk")),
            Q(type__isnull=True) | Q(type__in=AppointmentType.objects.offered_by(doctor)),
        )

    def coming_to(self, facility: Facility) -> "WaitlistQuerySet":
        """Keep who would come to this facility: it is named, near enough, or nothing is said."""
        distant = self.exclude(zip_code="").filter(facility__isnull=True)
        homes = distant.values_list("pk", "zip_code", "within_miles")
        here = centroid(facility.zip_code)
        near = [pk for pk, home, miles in homes if _is_near(home, here, miles)] if here else []
        return self.filter(
            Q(facility=facility) | Q(facility__isnull=True, zip_code="") | Q(pk__in=near)
        )

    def able_to_come(self, slot: "Slot") -> "WaitlistQuerySet":
        """Keep whom weekday, dates and hours suit on the facility's clock, and whose visit fits,
        with the minutes that its type keeps free afterwards."""
        start, tz = slot.local_start, slot.facility.tz
        day = start.date()
        end = ExpressionWrapper(
            Value(slot.starts_at, output_field=DateTimeField()) + _LENGTH,
            output_field=DateTimeField(),
        )
        needed = ExpressionWrapper(F("end") + _BUFFER, output_field=DateTimeField())
        ends = {"end_day": TruncDate("end", tzinfo=tz), "end_time": TruncTime("end", tzinfo=tz)}
        return self.alias(end=end, needed_until=needed, **ends).filter(
            Q(weekdays=[]) | Q(weekdays__contains=[day.isoweekday()]),
            Q(not_before__isnull=True) | Q(not_before__lte=day),
            Q(not_after__isnull=True) | Q(not_after__gte=day),
            Q(from_time__isnull=True) | Q(from_time__lte=start.time()),
            Q(to_time__isnull=True) | Q(end_day=day, to_time__gte=F("end_time")),
            needed_until__lte=slot.ends_at,
        )

    def free_then(self, slot: "Slot") -> "WaitlistQuerySet":
        """Keep those with an open record who have no appointment in the time that `able_to_come`
        laid out for them, and have not given up this very time."""
        patient = Patient.objects.filter(pk=OuterRef("patient"))
        busy = Appointment.objects.holding_time().filter(
            patient=OuterRef("patient"),
            starts_at__gt=slot.starts_at - LONGEST,
            starts_at__lt=OuterRef("end"),
            ends_at__gt=slot.starts_at,
        )
        gave_up = patient.filter(
            Q(appointments__events__kind=AppointmentEvent.Kind.MOVED)
            | Q(appointments__events__to_status=Status.CANCELLED),
            appointments__events__from_starts_at=slot.starts_at,
            appointments__events__from_doctor=slot.doctor,
        )
        return self.filter(~Exists(busy), ~Exists(gave_up), patient__is_active=True)

    @one_write
    def add(self, *, patient: Patient, by: User | None, **wish: Any) -> "WaitlistEntry":
        """Put a patient on the list and return the entry; `wish` are its remaining fields.

        Raises ValidationError `waits_already` when the patient has such an open entry.
        """
        entry = self.model(patient=patient, created_by=by, **{"duration_minutes": None} | wish)
        entry.check_and_save()
        return entry


def _is_near(home: str, here: Point, miles: int) -> bool:
    there = centroid(home)
    return there is not None and miles_between(there, here) <= miles
