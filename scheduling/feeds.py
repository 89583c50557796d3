"""What a doctor's calendar shows: appointments, and those that another doctor has taken over."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from facilities.models import Doctor, Facility, Room
from scheduling.ical import Entry
from scheduling.models import Appointment, AppointmentEvent
from scheduling.status import HOLDING_TIME, Status

BACK, AHEAD = timedelta(days=30), timedelta(days=365)
# These never took place as far as a calendar is concerned; a no-show did, but its time is free.
TAKEN_OUT = (Status.CANCELLED, Status.ENTERED_IN_ERROR)

# Makes the full address of a page from its path.
Absolute = Callable[[str], str]


def doctors_offered(user: User) -> QuerySet[Doctor]:
    """Return the doctors whose calendar this person may give out: all, or a doctor's own."""
    doctors = Doctor.objects.visible_to(user).active()
    return doctors if user.is_admin else doctors.filter(user=user)


def entries(doctor: Doctor, *, now: datetime, absolute: Absolute) -> list[Entry]:
    """Return the doctor's events from 30 days back to 365 ahead, in two queries.

    What is no longer theirs is among them as cancelled, because many applications keep an event
    that has merely vanished. Holds are not: a hold is an appointment once it is confirmed.
    """
    own = [entry_of(appointment, absolute) for appointment in _own(doctor, now)]
    return own + [_handed_over(event) for event in _moved_away(doctor, now)]


def entry_of(appointment: Appointment, absolute: Absolute) -> Entry:
    """Return the event of an appointment, whose type, facility and room are loaded."""
    status = appointment.status
    return Entry(
        uid=_uid(appointment),
        sequence=appointment.version - 1,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        tz=appointment.facility.tz,
        summary=_summary(
            appointment, "" if status == Status.BOOKED else appointment.get_status_display()
        ),
        location=_location(appointment.facility, appointment.room),
        url=absolute(appointment.get_absolute_url()),
        is_cancelled=status in TAKEN_OUT,
        is_busy=status in HOLDING_TIME,
        changed_at=appointment.updated_at,
    )


def _handed_over(event: AppointmentEvent) -> Entry:
    """Return a cancelled event for an appointment as it was with the doctor who had it before.

    Its sequence is the appointment's own, which has risen with the move. There is no address: the
    page is now the other doctor's.
    """
    appointment = event.appointment
    return Entry(
        uid=_uid(appointment),
        sequence=appointment.version - 1,
        starts_at=event.from_starts_at,
        ends_at=event.from_ends_at,
        tz=appointment.facility.tz,
        summary=_summary(appointment, _("With another doctor")),
        location=_location(appointment.facility, event.from_room),
        url="",
        is_cancelled=True,
        is_busy=False,
        changed_at=appointment.updated_at,
    )


def _own(doctor: Doctor, now: datetime) -> QuerySet[Appointment]:
    # Without a patient it is a hold, or was one and was given up.
    appointments = Appointment.objects.filter(doctor=doctor, patient__isnull=False)
    within = appointments.filter(starts_at__gte=now - BACK, starts_at__lt=now + AHEAD)
    return within.exclude(status=Status.PENDING).select_related("facility", "room", "type")


def _moved_away(doctor: Doctor, now: datetime) -> QuerySet[AppointmentEvent]:
    """Return the last move away from the doctor of each appointment that has not come back."""
    moves = (
        AppointmentEvent.objects.filter(
            from_doctor=doctor, from_starts_at__gte=now - BACK, from_starts_at__lt=now + AHEAD
        )
        .exclude(from_doctor=F("to_doctor"))
        .exclude(from_status=Status.PENDING)
        .exclude(appointment__doctor=doctor)
    )
    return (
        moves.order_by("appointment_id", "-pk")
        .distinct("appointment_id")
        .select_related("appointment__facility", "appointment__type", "from_room")
    )


def _uid(appointment: Appointment) -> str:
    return f"appointment-{appointment.pk}@{settings.CALENDAR_UID_DOMAIN}"


def _summary(appointment: Appointment, word: str) -> str:
    name = str(appointment.type) if appointment.type else _("Visit")
    return f"{name} ({word})" if word else name


def _location(facility: Facility, room: Room | None) -> str:
    return f"{facility}, {room}" if room else str(facility)
