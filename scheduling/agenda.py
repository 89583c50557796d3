"""The days of doctors as the desk sees them: hours, absences, appointments and what is left free.

The board reads these rows themselves. The search for openings reads what triggers work out from the
same rows, see `scheduling.openings`; what one shows as free the other offers.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from facilities.models import Doctor, Facility
from scheduling.availability import Period, day_bounds, without
from scheduling.calendars import Calendar
from scheduling.models import Appointment
from scheduling.models.hours import Absence


@dataclass(frozen=True)
class DoctorDay:
    """One doctor at one facility on one local day; periods are sorted instants."""

    doctor: Doctor
    day: date
    hours: list[Period]
    absences: list[Absence]
    appointments: list[Appointment]

    @property
    def free(self) -> list[Period]:
        """Return the working time that nothing takes; none of a doctor who has left."""
        if not self.doctor.is_active:
            return []
        away = [Period(absence.starts_at, absence.ends_at) for absence in self.absences]
        taken = [Period(held.starts_at, held.blocked_until) for held in self.appointments]
        return without(self.hours, away + taken)


def doctors_of(facility: Facility) -> list[Doctor]:
    """Return the facility's active doctors by name."""
    return list(facility.doctors.active().order_by("name", "pk"))


def doctors_on(facility: Facility, day: date, last: date | None = None) -> list[Doctor]:
    """Return by name the facility's active doctors and whoever else is booked here on the day.

    What is booked stays in sight when a doctor leaves. With `last`, it is about all days up to it.
    """
    days = Period(
        day_bounds(day, facility.tz).starts_at, day_bounds(last or day, facility.tz).ends_at
    )
    booked = Appointment.objects.holding_time().overlapping(days).filter(facility=facility)
    here = Q(pk__in=facility.doctors.active().values("pk")) | Q(pk__in=booked.values("doctor"))
    return list(Doctor.objects.filter(here).order_by("name", "pk"))


def doctor_days(
    facility: Facility,
    doctors: list[Doctor],
    first: date,
    last: date,
    moving: Appointment | None = None,
) -> list[DoctorDay]:
    """Return each doctor's days from `first` to `last`, both included, in two queries.

    Appointments that hold time are there wherever they take place: a doctor who is booked
    elsewhere is not free here. An appointment that is `moving` is left out.
    """
    calendar = Calendar.load(facility, doctors, first, last)
    period = Period(day_bounds(first, facility.tz).starts_at, day_bounds(last, facility.tz).ends_at)
    held: dict[int, list[Appointment]] = {doctor.pk: [] for doctor in doctors}
    appointments = Appointment.objects.holding_time().overlapping(period).besides(moving)
    appointments = appointments.filter(doctor__in=doctors).order_by("starts_at")
    for appointment in appointments.select_related("patient", "type", "room", "created_by"):
        held[appointment.doctor_id].append(appointment)
    result = []
    for doctor in doctors:
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            bounds = day_bounds(day, facility.tz)
            result.append(
                DoctorDay(
                    doctor,
                    day,
                    calendar.hours_on(day, doctor),
                    calendar.absences(bounds, doctor),
                    [
                        appointment
                        for appointment in held[doctor.pk]
                        if appointment.starts_at < bounds.ends_at
                        and appointment.blocked_until > bounds.starts_at
                    ],
                )
            )
    return result
