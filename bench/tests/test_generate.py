"""A small network is written as a large one is, into the test's own database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from bench.places import draw
from bench.plan import FORTNIGHT, Plan
from bench.visits import lines
from bench.writing import write
from facilities.models import Doctor, Facility
from patients.models import Patient
from scheduling.agenda import doctor_days, doctors_of
from scheduling.availability import Period, without
from scheduling.models import Appointment, AppointmentEvent

SMALL = Plan(facilities=3, doctors=12, patients=200, appointments=6_000)


@pytest.fixture(scope="module")
def today() -> date:
    return datetime.now(UTC).date()


@pytest.fixture
def network(db, today):
    with connection.cursor() as cursor:
        write(cursor, SMALL, today, say=lambda step: None)


def rows(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


@pytest.mark.usefixtures("network")
def test_there_is_as_much_as_was_planned():
    assert Facility.objects.count() == SMALL.facilities
    assert Doctor.objects.count() == SMALL.doctors
    assert Patient.objects.count() == SMALL.patients
    assert Appointment.objects.count() == SMALL.appointments
    booked = Appointment.objects.filter(status="booked")
    assert AppointmentEvent.objects.count() == booked.count() > 0


def test_history_can_be_counted_out(db, today):
    plan = Plan(facilities=3, doctors=12, patients=200, history=1234)
    with connection.cursor() as cursor:
        write(cursor, plan, today, say=lambda step: None)
    assert Appointment.objects.exclude(status="booked").count() == 1234


@pytest.mark.usefixtures("network")
def test_the_next_fortnight_is_nearly_full(today):
    last = today + timedelta(days=FORTNIGHT - 1)
    working = free = timedelta()
    half_hours = 0
    for facility in Facility.objects.all():
        for day in doctor_days(facility, doctors_of(facility), today, last):
            away = [Period(each.starts_at, each.ends_at) for each in day.absences]
            working += sum((each.duration for each in without(day.hours, away)), timedelta())
            free += sum((each.duration for each in day.free), timedelta())
            half_hours += sum(each.duration >= timedelta(minutes=30) for each in day.free)
    assert 0.85 <= 1 - free / working <= 0.95
    assert 0 < half_hours < SMALL.doctors * FORTNIGHT


@pytest.mark.usefixtures("network")
def test_every_constraint_index_and_trigger_is_back():
    assert not rows("SELECT conname FROM pg_constraint WHERE NOT convalidated")
    assert not rows("SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid")
    assert not rows("SELECT tgname FROM pg_trigger WHERE tgenabled = 'D'")
    declared = {rule.name for rule in Appointment._meta.constraints}
    found = rows(
        "SELECT conname FROM pg_constraint WHERE conrelid = 'scheduling_appointment'::regclass"
    )
    assert declared <= {name for (name,) in found}
    assert rows(
        "SELECT count(*) FROM pg_indexes WHERE tablename = 'scheduling_appointment'"
        " AND indexname IN ('appointment_doctor_start', 'appointment_facility_start')"
    ) == [(2,)]


@pytest.mark.usefixtures("network")
def test_what_triggers_derive_from_patients_is_as_they_leave_it():
    names = "SELECT token, other, patient_id, facility_id, date_of_birth FROM patients_patientname"
    kept = set(rows(names))
    assert {(token,) for token, *_ in kept} == set(rows("SELECT token FROM patients_nametoken"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE patients_patient SET family_name = family_name || 'x'")
        assert set(rows(names)) != kept
        cursor.execute("UPDATE patients_patient SET family_name = rtrim(family_name, 'x')")
    assert set(rows(names)) == kept
    for facility in Facility.objects.all():
        assert facility.registered_count == facility.patients.active().count() > 0


@pytest.mark.usefixtures("network")
def test_a_network_drawn_twice_is_the_same(today):
    assert list(lines(SMALL, draw(SMALL, today), today)) == list(
        lines(SMALL, draw(SMALL, today), today)
    )


def test_a_crowd_of_doctors_with_few_patients_is_refused(today):
    plan = Plan(facilities=1, doctors=20, patients=50)
    with pytest.raises(ValueError, match="more patients"):
        list(lines(plan, draw(plan, today), today))
