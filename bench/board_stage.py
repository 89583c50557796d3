"""The facility whose board is timed: 12 doctors from seven to seven, 20 visits each from eight."""

from datetime import date, datetime, time, timedelta

from accounts.models import User
from facilities.models import Doctor, Facility
from patients.models import Patient
from scheduling.availability import instant
from scheduling.models import Appointment, AppointmentType, WorkingHours

DOCTORS, VISITS = 12, 20
FIRST, LAST = time(7), time(19)
HALF_HOUR = timedelta(minutes=30)


def fill(day: date) -> tuple[User, Facility]:
    """Make the facility and its full day; return a receptionist there, and the facility."""
    facility = Facility.objects.create(
        name="Elm Grove Health Center", timezone="America/Chicago", capacity=1000
    )
    user = User.objects.create_user(
        "desk", "desk@example.org", full_name="Front Desk", role=User.Role.RECEPTIONIST
    )
    facility.staff.add(user)
    kinds = [
        AppointmentType.objects.create(name=name, duration_minutes=30)
        for name in ("Checkup", "Follow-up", "Consultation")
    ]
    for number in range(DOCTORS):
        doctor = Doctor.objects.create(
            name=f"Dr. Number {number + 1:02}", specialization="Family medicine"
        )
        doctor.facilities.add(facility)
        book_day(doctor, facility, kinds, day)
    return user, facility


def book_day(doctor: Doctor, facility: Facility, kinds: list[AppointmentType], day: date) -> None:
    """Book 20 visits of half an hour with a doctor, one after the other."""
    WorkingHours.objects.create(
        doctor=doctor,
        facility=facility,
        weekday=day.isoweekday(),
        starts_at=FIRST,
        ends_at=LAST,
        valid_from=date(2020, 1, 1),
    )
    at = instant(datetime.combine(day, time(8)), facility.tz)
    for number in range(VISITS):
        patient = Patient.objects.create(
            given_name=f"Given{number:02}",
            family_name=f"Family{doctor.pk:03}",
            date_of_birth=date(1950 + number, 1, 1),
            facility=facility,
        )
        Appointment.objects.book(
            patient=patient,
            doctor=doctor,
            facility=facility,
            type=kinds[number % len(kinds)],
            starts_at=at + number * HALF_HOUR,
            by=None,
        )


def move_one(number: int) -> Appointment:
    """Move one visit of the day to the free last half hour of its doctor, and return it."""
    doctor = Doctor.objects.order_by("pk")[number]
    first = doctor.appointments.order_by("starts_at").first()
    if first is None:
        raise RuntimeError("The day has no visits.")
    first.reschedule(starts_at=first.starts_at + VISITS * HALF_HOUR, by=None)
    return first
