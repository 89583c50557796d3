"""The days of doctors as the desk sees them: hours, absences, appointments and what is left free.

The board, the search for free slots and the alternatives to a lost slot all read the same
`DoctorDay`, so what one shows as free the other offers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Q

from facilities.models import Doctor, Facility, Room
from patients.models import Patient
from scheduling.availability import DEFAULT_DURATION, Period, day_bounds, starts, without
from scheduling.calendars import Calendar, local
from scheduling.models import Appointment
from scheduling.models.hours import Absence

STEP = timedelta(minutes=15)
ALTERNATIVES_WITHIN = timedelta(days=14)
ANOTHER_DOCTOR_COSTS = timedelta(hours=2)


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


class Slot(NamedTuple):
    """A free period that can be booked; FHIR's Slot."""

    doctor: Doctor
    facility: Facility
    starts_at: datetime
    ends_at: datetime

    @property
    def local_start(self) -> datetime:
        return local(self.starts_at, self.facility)


def doctors_of(facility: Facility) -> list[Doctor]:
    """Return the facility's active doctors by name."""
    return list(facility.doctors.active().order_by("name", "pk"))


def doctors_on(facility: Facility, day: date) -> list[Doctor]:
    """Return by name the facility's active doctors and whoever else is booked here on the day.

    What is booked stays in sight when a doctor leaves.
    """
    booked = Appointment.objects.holding_time().on_day(day, facility).filter(facility=facility)
    here = Q(pk__in=facility.doctors.active().values("pk")) | Q(pk__in=booked.values("doctor"))
    return list(Doctor.objects.filter(here).order_by("name", "pk"))


def doctor_days(
    facility: Facility,
    doctors: list[Doctor],
    first: date,
    last: date,
    moving: Appointment | None = None,
) -> list[DoctorDay]:
    """Return each doctor's days from `first` to `last`, both included, in four queries.

    Appointments that hold time are there wherever they take place: a doctor who is booked
    elsewhere is not free here. An appointment that is `moving` is left out.
    """
    calendar = Calendar.load(facility, doctors, first, last)
    period = Period(day_bounds(first, facility.tz).starts_at, day_bounds(last, facility.tz).ends_at)
    held: dict[int, list[Appointment]] = {doctor.pk: [] for doctor in doctors}
    appointments = Appointment.objects.holding_time().overlapping(period).besides(moving)
    appointments = appointments.filter(doctor__in=doctors)
    for appointment in appointments.select_related("patient", "type", "room").order_by("starts_at"):
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


def free_slots(
    facility: Facility,
    doctors: list[Doctor],
    first: date,
    last: date,
    *,
    now: datetime,
    duration: timedelta = DEFAULT_DURATION,
    buffer: timedelta = timedelta(),
    patient: Patient | None = None,
    room: Room | None = None,
    moving: Appointment | None = None,
    taken: Sequence[Period] = (),
) -> list[Slot]:
    """Return the slots of `duration` that start from `now` on, by start and then by doctor.

    Starts lie on the quarters of the facility's clock. With a patient or a room, times at which
    they are booked are left out, and so is what is `taken`, as by the rest of a series. An
    appointment that is `moving` does not stand in its own way.
    """
    past = Period(datetime.min.replace(tzinfo=now.tzinfo), now)
    busy = [past, *_busy_times(patient, now, moving), *_taken_times(room, now, moving), *taken]
    slots = [
        Slot(day.doctor, facility, start, start + duration)
        for day in doctor_days(facility, doctors, first, last, moving)
        for start in starts(without(day.free, busy), duration + buffer, STEP, facility.tz)
    ]
    return sorted(slots, key=lambda slot: (slot.starts_at, slot.doctor.name, slot.doctor.pk))


def alternatives(
    lost: Appointment,
    *,
    now: datetime,
    count: int = 4,
    within: timedelta = ALTERNATIVES_WITHIN,
    moving: Appointment | None = None,
    taken: Sequence[Period] = (),
) -> list[Slot]:
    """Return the free slots nearest to a time that could not be had, best first.

    The same doctor is preferred to another of the same specialization by two hours. What is
    `taken` is left out.
    """
    facility = lost.facility
    alike = [
        doctor
        for doctor in doctors_of(facility)
        if doctor.specialization == lost.doctor.specialization or doctor == lost.doctor
    ]
    wanted = max(lost.starts_at, now)
    first = local(max(wanted - timedelta(days=1), now), facility).date()
    slots = free_slots(
        facility,
        alike,
        first,
        first + within,
        now=now,
        duration=lost.duration,
        buffer=lost.blocked_until - lost.ends_at,
        patient=lost.patient if lost.patient_id else None,
        room=lost.room,
        moving=moving,
        taken=taken,
    )

    def cost(slot: Slot) -> timedelta:
        other = ANOTHER_DOCTOR_COSTS if slot.doctor != lost.doctor else timedelta()
        return abs(slot.starts_at - wanted) + other

    return _apart(sorted(slots, key=cost), count)


def _apart(slots: list[Slot], count: int) -> list[Slot]:
    """Keep the first `count` slots that do not overlap one kept before with the same doctor."""
    kept: list[Slot] = []
    for slot in slots:
        if len(kept) == count:
            break
        if not any(
            slot.doctor == other.doctor
            and slot.starts_at < other.ends_at
            and slot.ends_at > other.starts_at
            for other in kept
        ):
            kept.append(slot)
    return kept


def _busy_times(patient: Patient | None, now: datetime, moving: Appointment | None) -> list[Period]:
    if patient is None:
        return []
    booked = patient.appointments.holding_time().upcoming(now).besides(moving)
    return [Period(*times) for times in booked.values_list("starts_at", "ends_at")]


def _taken_times(room: Room | None, now: datetime, moving: Appointment | None) -> list[Period]:
    if room is None:
        return []
    taken = room.appointments.holding_time().filter(blocked_until__gt=now).besides(moving)
    return [Period(*times) for times in taken.values_list("starts_at", "blocked_until")]
