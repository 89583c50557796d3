"""The statements of a booking: what they lock and in which order, and how few they are."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from facilities.models import Doctor, Room
from facilities.tests.factories import DoctorFactory, FacilityFactory, RoomFactory
from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling.availability import Period
from scheduling.models import Appointment, TimeOff
from scheduling.statements import broken_constraint, lock_occupied
from scheduling.status import HOLDING_TIME, Status
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor
from scheduling.tests.test_free_time_races import wait_until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)


def is_locked(row: models.Model) -> bool:
    """Say whether another connection has the row."""
    rows = type(row)._base_manager.filter(pk=row.pk)
    try:
        with transaction.atomic():
            rows.select_for_update(no_key=True, nowait=True).get()
    except OperationalError:
        return True
    return False


def hold(rows: list[models.Model]) -> None:
    """Lock rows in a transaction of its own."""
    ids = {model: {row.pk for row in rows if isinstance(row, model)} for model in (Doctor, Patient)}
    rooms = {row.pk for row in rows if isinstance(row, Room)}
    try:
        with transaction.atomic():
            lock_occupied(doctors=ids[Doctor], patients=ids[Patient], rooms=rooms)
    finally:
        connection.close()


@pytest.mark.parametrize("taken", range(6))
def test_rows_are_locked_by_kind_and_id_so_that_who_waits_has_all_that_come_before(taken):
    rows = [*DoctorFactory.create_batch(2), *PatientFactory.create_batch(2)]
    rows += RoomFactory.create_batch(2)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            type(rows[taken])._base_manager.select_for_update(no_key=True).get(pk=rows[taken].pk)
            waiting = pool.submit(hold, rows[::-1])
            wait_until_somebody_waits()
            others = [is_locked(row) for row in rows if row != rows[taken]]
        waiting.result(timeout=20)
    assert others == [number < taken for number in range(5)]


def test_who_books_while_time_off_is_entered_sees_it():
    """Time off locks its doctor, and hours are asked for only once the doctor is locked."""
    facility = FacilityFactory()
    doctor = working_doctor(facility)
    patient, at = PatientFactory(), in_days(1, 9, facility=facility)

    def book() -> str:
        try:
            Appointment.objects.book(
                patient=patient, doctor=doctor, facility=facility, starts_at=at, by=None
            )
        except ValidationError as refusal:
            return refusal.error_list[0].code
        finally:
            connection.close()
        return "booked"

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            TimeOff.objects.create(doctor=doctor, starts_at=at, ends_at=at + timedelta(hours=1))
            booking = pool.submit(book)
            wait_until_somebody_waits()
        assert booking.result(timeout=20) == "doctor_away"


@pytest.fixture
def visit() -> Appointment:
    return AppointmentFactory()


def test_a_visit_is_booked_in_five_statements_and_changed_in_four(visit):
    with CaptureQueriesContext(connection) as booking:
        AppointmentFactory(
            doctor=visit.doctor,
            facility=visit.facility,
            patient=visit.patient,
            starts_at=visit.ends_at,
        )
    with CaptureQueriesContext(connection) as cancelling:
        visit.cancel("Patient is ill", by=None)
    booked = [query["sql"] for query in booking][1:]
    assert (booked[0], booked[-1]) == ("BEGIN", "COMMIT")
    assert len(booked) == len(cancelling) == 4


@pytest.mark.parametrize(
    ("shared", "code"), [("doctor", "doctor_busy"), ("patient", "patient_busy")]
)
def test_who_comes_too_late_learns_it_from_one_statement(visit, shared, code):
    other = {"doctor": working_doctor(visit.facility), "patient": PatientFactory()}
    other[shared] = getattr(visit, shared)
    with CaptureQueriesContext(connection) as asked, pytest.raises(ValidationError) as refusal:
        Appointment.objects.book(
            **other, facility=visit.facility, starts_at=visit.starts_at, by=None
        )
    assert refusal.value.code == code
    assert len(asked) == 1


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("shared", ["doctor", "patient"])
def test_what_is_said_to_be_taken_is_what_holds_time(visit, shared, status):
    needed = {
        Status.CANCELLED: {"cancel_reason": "Ill"},
        Status.PENDING: {"hold_expires_at": timezone.now() + timedelta(minutes=5)},
    }
    Appointment.objects.update(status=status, **needed.get(status, {}))
    who = {"doctor": working_doctor(visit.facility), "patient": PatientFactory()}
    who[shared] = getattr(visit, shared)
    broken = broken_constraint(**who, period=Period(visit.starts_at, visit.ends_at))
    assert broken == (f"appointment_{shared}_free" if status in HOLDING_TIME else None)


def test_neither_an_expired_hold_nor_the_time_before_or_after_is_taken(visit):
    doctor, patient, half = visit.doctor, visit.patient, timedelta(minutes=30)
    starts_at, ends_at = visit.starts_at, visit.ends_at
    assert broken_constraint(doctor, patient, Period(starts_at - half, starts_at)) is None
    assert broken_constraint(doctor, patient, Period(ends_at, ends_at + half)) is None
    a_second_ago = timezone.now() - timedelta(seconds=1)
    Appointment.objects.update(status=Status.PENDING, hold_expires_at=a_second_ago)
    assert broken_constraint(doctor, patient, Period(starts_at, ends_at)) is None
