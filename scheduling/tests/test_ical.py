"""A doctor's calendar against the database: every instant, across clock changes and zones."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from facilities.models import Doctor, Facility
from facilities.tests.factories import DoctorFactory, FacilityFactory, RoomFactory
from scheduling.feeds import entries
from scheduling.ical import written
from scheduling.models import Appointment, WorkingHours
from scheduling.status import Status
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    in_days,
    working_doctor,
)
from scheduling.tests.parsers import Read, read_by_all

pytestmark = pytest.mark.django_db

CHICAGO, SAO_PAULO = "America/Chicago", "America/Sao_Paulo"
CHANGING = [CHICAGO, "Australia/Lord_Howe", "Europe/London"]
# Half an hour each, around a change: before it, in what is skipped or comes twice, and after it.
AROUND = [timedelta(minutes=30 * n) for n in range(-2, 5)]
AWKWARD = "Ärztehaus 🏥🩺 “Nord, Süd; Ost”\nback\\slash: " + "🙂" * 30 + "\u2028\x07end"


def next_changes(zone: str, now: datetime) -> list[datetime]:
    """Return the next change of each direction, found without the code under test."""
    tz, half_hour = ZoneInfo(zone), timedelta(minutes=30)
    at = now.replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    found: dict[bool, datetime] = {}
    while len(found) < 2:
        before, after = (each.astimezone(tz).utcoffset() for each in (at - half_hour, at))
        if before != after:
            found.setdefault(after > before, at)
        at += half_hour
    return list(found.values())


def work_on(doctor: Doctor, facility: Facility, day: date) -> None:
    doctor.facilities.add(facility)
    WorkingHours.objects.create(
        doctor=doctor,
        facility=facility,
        weekday=day.isoweekday(),
        starts_at=time(0),
        ends_at=time(8),
        valid_from=day,
        valid_until=day,
    )


def content(doctor: Doctor, now: datetime | None = None) -> bytes:
    events = entries(doctor, now=now or timezone.now(), absolute="https://clinic.example{}".format)
    return written(events, str(doctor))


def read(doctor: Doctor, now: datetime | None = None) -> list[Read]:
    return read_by_all(content(doctor, now))


def in_database() -> set[tuple[str, datetime, datetime]]:
    return {
        (f"appointment-{made.pk}@clinic", made.starts_at, made.ends_at)
        for made in Appointment.objects.all()
    }


def test_one_calendar_is_right_on_both_sides_of_every_clock_change_of_four_zones():
    now, doctor = timezone.now(), DoctorFactory()
    starts: dict[str, list[datetime]] = {zone: next_changes(zone, now) for zone in CHANGING}
    # There the clocks stay as they are while Chicago's change, a day apart.
    starts[SAO_PAULO] = [at + timedelta(days=1) for at in starts[CHICAGO]]
    for zone, changes in starts.items():
        facility = FacilityFactory(timezone=zone)
        for change in changes:
            work_on(doctor, facility, change.astimezone(ZoneInfo(zone)).date())
            for around in AROUND:
                AppointmentFactory(facility=facility, doctor=doctor, starts_at=change + around)
    # A change can be up to 53 weeks away, which 20 days from now the calendar reaches.
    events = read(doctor, now + timedelta(days=20))
    assert len(events) == 8 * len(AROUND)
    assert {(each.uid, each.starts_at, each.ends_at) for each in events} == in_database()
    raw = content(doctor, now + timedelta(days=20)).decode()
    assert raw.count("BEGIN:VTIMEZONE") == 4
    for zone in starts:
        assert f"DTSTART;TZID={zone}:" in raw


def test_an_ordinary_visit_is_written_by_the_clock_of_its_place():
    facility = FacilityFactory(timezone="Australia/Lord_Howe")
    visit = AppointmentFactory(facility=facility)
    local = visit.starts_at.astimezone(facility.tz)
    line = f"DTSTART;TZID=Australia/Lord_Howe:{local:%Y%m%dT090000}\r\n"
    assert line in content(visit.doctor).decode()


def test_names_with_anything_in_them_arrive_whole_in_lines_of_75_octets():
    facility = FacilityFactory(name=AWKWARD)
    visit = AppointmentFactory(
        facility=facility,
        doctor=working_doctor(facility, name="Dr. Ångström, 医者 🧑‍⚕️ " + "é" * 60),
        room=RoomFactory(facility=facility, name="Room 1; left, up"),
        type=AppointmentTypeFactory(name="Check-up, long; \\ 🩺" + "ü" * 50),
    )
    raw = content(visit.doctor)
    assert raw.count(b"\n") == raw.count(b"\r\n")
    for line in raw.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
    (event,) = read(visit.doctor)
    assert event.location == AWKWARD.replace("\u2028\x07", "  ") + ", Room 1; left, up"
    assert event.summary == visit.type.name


def test_an_event_names_neither_the_patient_nor_why_they_come():
    visit = AppointmentFactory(reason="Migraine", notes="Wheelchair")
    visit.cancel("Depression got worse", by=None)
    raw = content(visit.doctor).decode().replace("\r\n ", "")
    patient = visit.patient
    for secret in (
        patient.given_name,
        patient.family_name,
        patient.mrn,
        "Migraine",
        "Wheelchair",
        "Depression",
    ):
        assert secret not in raw
    assert "CLASS:PRIVATE" in raw
    assert f"URL:https://clinic.example/appointments/{visit.pk}/" in raw


def test_a_calendar_says_how_often_to_ask_and_what_it_is_called():
    raw = content(DoctorFactory(name="Dr. Okafor, GP")).decode()
    for line in (
        "VERSION:2.0",
        "PRODID:-//Clinic//Scheduling//EN",
        "X-WR-CALNAME:Dr. Okafor\\, GP",
        "REFRESH-INTERVAL;VALUE=DURATION:PT15M",
    ):
        assert f"\r\n{line}\r\n" in raw
    assert "METHOD" not in raw


def test_every_change_raises_the_sequence_and_keeps_the_uid():
    visit = AppointmentFactory()
    facility, doctor = visit.facility, visit.doctor
    assert [(each.sequence, each.status) for each in read(doctor)] == [(0, "CONFIRMED")]
    visit.reschedule(starts_at=in_days(2, 10, facility=facility), by=None)
    visit.cancel("Ill", by=None)
    (event,) = read(doctor)
    assert event.uid == f"appointment-{visit.pk}@clinic"
    assert (event.sequence, event.status) == (2, "CANCELLED")
    assert event.starts_at == in_days(2, 10, facility=facility).astimezone(UTC)


@pytest.mark.parametrize(
    ("status", "summary", "written_as", "transparency"),
    [
        (Status.BOOKED, "Check-up", "CONFIRMED", "OPAQUE"),
        (Status.ARRIVED, "Check-up (Arrived)", "CONFIRMED", "OPAQUE"),
        (Status.CHECKED_IN, "Check-up (Checked in)", "CONFIRMED", "OPAQUE"),
        (Status.FULFILLED, "Check-up (Done)", "CONFIRMED", "OPAQUE"),
        (Status.NOSHOW, "Check-up (No-show)", "CONFIRMED", "TRANSPARENT"),
        (Status.ENTERED_IN_ERROR, "Check-up (Entered in error)", "CANCELLED", "TRANSPARENT"),
    ],
)
def test_each_status_has_its_word_and_only_what_holds_time_is_busy(
    status, summary, written_as, transparency
):
    visit = AppointmentFactory(type=AppointmentTypeFactory(name="Check-up"))
    Appointment.objects.filter(pk=visit.pk).update(status=status)
    (event,) = read(visit.doctor)
    assert (event.summary, event.status) == (summary, written_as)
    assert f"TRANSP:{transparency}" in content(visit.doctor).decode()


def test_a_hold_is_not_shown():
    visit = AppointmentFactory()
    hold = {"status": Status.PENDING, "hold_expires_at": visit.starts_at}
    Appointment.objects.filter(pk=visit.pk).update(**hold)
    assert read(visit.doctor) == []


def test_only_the_last_30_days_and_the_next_365_are_shown():
    visit = AppointmentFactory()
    start, moment = visit.starts_at, timedelta(seconds=1)
    first, last = start + timedelta(days=30), start - timedelta(days=365)
    assert len(read(visit.doctor, first)) == len(read(visit.doctor, last + moment)) == 1
    assert read(visit.doctor, first + moment) == read(visit.doctor, last) == []
