"""What stands in the demo clinic, loaded once at a fixed clock."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from accounts.models import User
from clinic import demo
from clinic.demo.accounts import ACCOUNTS, PASSWORD
from facilities.models import Doctor, Facility
from patients.models import Patient
from scheduling.calendars import local
from scheduling.models import (
    Appointment,
    AppointmentEvent,
    AppointmentType,
    Closure,
    TimeOff,
    WorkingHours,
)
from scheduling.status import NEXT, Status

pytestmark = pytest.mark.django_db

FRIDAY_AT_TEN = datetime(2026, 11, 20, 16, 20, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def _demo_clinic(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Load the clinic for all tests here, inside a transaction that takes it back."""
    with django_db_blocker.unblock(), transaction.atomic():
        demo.load(now=FRIDAY_AT_TEN)
        yield
        transaction.set_rollback(True)


def main_facility() -> Facility:
    return Facility.objects.earliest("pk")


def test_the_demo_clinic_has_the_promised_size() -> None:
    counts = Facility.objects.count(), Doctor.objects.count(), Patient.objects.count()
    assert counts == (4, 24, 100)
    assert Facility.objects.values("timezone").distinct().count() == 2


def test_every_facility_is_furnished() -> None:
    for facility in Facility.objects.all():
        assert facility.care_types.exists()
        assert facility.zip_code_ranges.exists()
        assert facility.rooms.exists()
        assert facility in Facility.objects.serving(facility.zip_code)


def test_every_doctor_provides_the_care_they_are_specialized_in() -> None:
    for doctor in Doctor.objects.all():
        assert [care.name for care in doctor.care_types.all()] == [doctor.specialization]


def test_one_facility_is_full_and_one_nearly() -> None:
    left = sorted(
        facility.capacity - facility.registered_count for facility in Facility.objects.all()
    )
    assert left[0] == 0
    assert 0 < left[1] <= 3
    assert left[2] > 10


def test_the_demo_doctor_has_patients_today() -> None:
    today = local(FRIDAY_AT_TEN, main_facility()).date()
    mine = Appointment.objects.visible_to(User.objects.get(username="doctor"))
    assert mine.on_day(today, main_facility()).holding_time().exists()


def test_workdays_are_fuller_than_the_weekend() -> None:
    on = Counter(
        local(appointment.starts_at, main_facility()).isoweekday()
        for appointment in Appointment.objects.filter(ends_at__lte=FRIDAY_AT_TEN).select_related(
            "facility"
        )
    )
    assert max(on[6], on[7]) < min(on[weekday] for weekday in range(1, 6))


def test_a_status_fits_its_time() -> None:
    now = FRIDAY_AT_TEN
    later = Appointment.objects.filter(starts_at__gt=now + timedelta(minutes=25))
    earlier = Appointment.objects.filter(ends_at__lt=now - timedelta(minutes=20))
    inside = Appointment.objects.filter(starts_at__lte=now, ends_at__gt=now)
    assert set(later.values_list("status", flat=True)) == {"booked", "cancelled"}
    assert set(earlier.values_list("status", flat=True)) == {"fulfilled", "noshow", "cancelled"}
    inside_now = set(inside.values_list("status", flat=True)) - {"cancelled"}
    assert inside_now
    assert inside_now <= {"arrived", "checked-in"}


def test_every_appointment_has_the_events_that_led_to_its_status() -> None:
    steps: dict[int, list[AppointmentEvent]] = {}
    for event in AppointmentEvent.objects.order_by("pk"):
        steps.setdefault(event.appointment_id, []).append(event)
    for appointment in Appointment.objects.all():
        events = steps[appointment.pk]
        assert events[0].kind == "booked"
        assert events[-1].to_status == appointment.status
        assert appointment.version == len(events)
        assert appointment.created_at == events[0].at
        for before, after in pairwise(events):
            assert before.to_status == after.from_status
            assert after.to_status in NEXT[Status(before.to_status)]
            assert before.at <= after.at <= FRIDAY_AT_TEN


def test_appointments_keep_to_the_rules_of_booking() -> None:
    related = ("doctor", "facility", "room", "patient")
    for appointment in Appointment.objects.holding_time().select_related(*related)[::5]:
        appointment.clean()
        assert appointment.patient.facility_id == appointment.facility_id


def test_doctors_have_lunch_breaks_and_some_work_in_two_places() -> None:
    blocks = Counter(WorkingHours.objects.values_list("doctor_id", "weekday"))
    assert set(blocks.values()) == {2}
    places: dict[int, set[int]] = {}
    for doctor_id, facility_id in WorkingHours.objects.values_list("doctor_id", "facility_id"):
        places.setdefault(doctor_id, set()).add(facility_id)
    assert sorted(map(len, places.values()))[-3:] == [1, 2, 2]


def test_there_is_time_off_and_a_closure_next_week() -> None:
    closure = Closure.objects.get()
    assert local(closure.starts_at, closure.facility).date().isoformat() == "2026-11-25"
    assert TimeOff.objects.count() == 2
    assert AppointmentType.objects.filter(buffer_minutes__gt=0).exists()


def test_nobody_can_be_reached_by_what_is_written() -> None:
    phones = [*Patient.objects.values_list("phone", flat=True)]
    phones += Facility.objects.values_list("phone", flat=True)
    assert all("55501" in str(phone) for phone in phones)
    emails = Patient.objects.exclude(email="").values_list("email", flat=True)
    assert all(email.endswith("@example.org") for email in emails)
    assert not Patient.objects.exclude(email="").filter(email__contains="..").exists()


def test_demo_accounts_prints_address_and_sign_ins(capsys: pytest.CaptureFixture) -> None:
    call_command("demo_accounts", "--address", "http://127.0.0.1:8001")
    out = capsys.readouterr().out
    assert "http://127.0.0.1:8001" in out
    for username in ACCOUNTS:
        assert username in out
    assert out.count(PASSWORD) == len(ACCOUNTS) == 5
