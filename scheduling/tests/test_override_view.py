"""Booking or moving anyway: who may, with a reason, and how it is shown."""

from typing import Any

import pytest
from django.test import Client

from facilities.models import Doctor, Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment, Closure, TimeOff
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor
from scheduling.tests.test_booking_view import iso, slot

pytestmark = pytest.mark.django_db

WHY = "Mother waits outside"


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def doctor(facility: Facility) -> Doctor:
    return working_doctor(facility)


@pytest.fixture
def patient(facility: Facility) -> Patient:
    return PatientFactory(facility=facility)


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


@pytest.fixture
def unable(facility: Facility, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Return a receptionist's browser where receptionists may not override."""
    from accounts import roles  # noqa: PLC0415

    fewer = roles.PERMISSIONS["receptionist"] - {"scheduling.override_appointment"}
    monkeypatch.setitem(roles.PERMISSIONS, "receptionist", fewer)
    client = Client()
    client.force_login(staff_of(facility))
    return client


def book(desk: Client, doctor: Doctor, patient: Patient, hour: int = 9, **more: Any) -> Any:
    facility = doctor.facilities.get()
    posted = slot(doctor, facility, hour, patient=patient.pk, **more)
    return desk.post(f"/facilities/{facility.pk}/book/", posted)


def anyway(doctor: Doctor, hour: int = 9) -> str:
    return f"{doctor.pk}|{iso(in_days(1, hour, facility=doctor.facilities.get()))}"


def move(desk: Client, visit: Appointment, **more: Any) -> Any:
    return desk.post(f"/appointments/{visit.pk}/move/", {"version": visit.version} | more)


def take(doctor: Doctor, hour: int = 9) -> Appointment:
    facility = doctor.facilities.get()
    at = in_days(1, hour, facility=facility)
    return AppointmentFactory(facility=facility, doctor=doctor, starts_at=at)


def test_a_taken_time_is_booked_once_more_with_a_reason(desk, doctor, patient):
    take(doctor)
    refused = book(desk, doctor, patient)
    page = refused.content.decode()
    assert refused.status_code == 409
    assert page.index('name="slot"') < page.index("Book anyway…")
    assert f'name="anyway" value="{anyway(doctor)}"' in page
    assert book(desk, doctor, patient, anyway=anyway(doctor), override=WHY).status_code == 302
    booked = Appointment.objects.get(patient=patient)
    assert (booked.overbook, booked.override_reason) == (1, WHY)


def test_anyway_wants_a_reason_and_keeps_what_was_typed(desk, doctor, patient):
    take(doctor)
    refused = book(desk, doctor, patient, anyway=anyway(doctor), override=" ", reason="Cough")
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "Say why this time is booked" in page
    assert '<details class="anyway" open>' in page
    assert 'value="Cough"' in page
    long = book(desk, doctor, patient, anyway=anyway(doctor), override="x" * 201)
    assert "at most 200 characters" in long.content.decode()
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("rule", ["outside_hours", "doctor_away", "facility_closed"])
def test_closed_time_is_booked_anyway(desk, facility, doctor, patient, rule):
    day = {hour: in_days(1, hour, facility=facility) for hour in (9, 12)}
    absence = {"starts_at": day[9], "ends_at": day[12], "reason": "Away"}
    if rule == "doctor_away":
        TimeOff.objects.create(doctor=doctor, **absence)
    elif rule == "facility_closed":
        Closure.objects.create(facility=facility, **absence)
    hour = 20 if rule == "outside_hours" else 9
    assert "Book anyway…" in book(desk, doctor, patient, hour).content.decode()
    assert book(desk, doctor, patient, hour, override=WHY).status_code == 302
    assert Appointment.objects.get().overbook == 0


def test_what_a_reason_cannot_override_offers_none(desk, facility, doctor, patient):
    AppointmentFactory(facility=facility, patient=patient)
    page = book(desk, doctor, patient).content.decode()
    assert "another appointment at that time" in page
    assert "Book anyway…" not in page


def test_a_time_overbooked_twice_is_taken(desk, facility, doctor):
    take(doctor)
    for _ in range(2):
        book(desk, doctor, PatientFactory(facility=facility), override=WHY)
    answer = book(desk, doctor, PatientFactory(facility=facility), override=WHY)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "overbooked twice already" in page
    assert "Book anyway…" not in page


def test_pressing_another_time_overrides_nothing(desk, doctor, patient):
    take(doctor)
    book(desk, doctor, patient, slot=anyway(doctor, 11), override=WHY)
    booked = Appointment.objects.get(patient=patient)
    assert (booked.overbook, booked.override_reason) == (0, "")


def test_a_visit_is_moved_over_another(desk, doctor):
    take(doctor)
    visit = take(doctor, 11)
    refused = move(desk, visit, slot=anyway(doctor))
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "Move anyway…" in page
    assert f'name="anyway" value="{anyway(doctor)}"' in page
    assert move(desk, visit, anyway=anyway(doctor), override=WHY).status_code == 302
    visit.refresh_from_db()
    assert (visit.overbook, visit.override_reason) == (1, WHY)


def test_moving_to_a_free_time_overrides_nothing(desk, doctor):
    visit = take(doctor)
    assert move(desk, visit, slot=anyway(doctor, 11), override=WHY).status_code == 302
    visit.refresh_from_db()
    assert visit.override_reason == ""


def test_without_the_permission_nothing_is_offered_and_nothing_is_taken(unable, doctor, patient):
    take(doctor)
    visit = take(doctor, 11)
    assert "anyway" not in book(unable, doctor, patient).content.decode()
    assert book(unable, doctor, patient, override=WHY).status_code == 403
    assert book(unable, doctor, patient, anyway=anyway(doctor)).status_code == 403
    assert "anyway" not in move(unable, visit, slot=anyway(doctor)).content.decode()
    assert move(unable, visit, anyway=anyway(doctor), override=WHY).status_code == 403
    page = unable.get(visit.get_absolute_url()).content.decode()
    assert "Book somebody else at this time" not in page


@pytest.mark.parametrize(
    ("role", "may"), [("admin", True), ("receptionist", True), ("doctor", True), ("nurse", False)]
)
def test_who_may_override(facility, role, may):
    assert staff_of(facility, role).has_perm("scheduling.override_appointment") is may


def test_another_facility_cannot_be_overbooked(client, doctor, patient):
    client.force_login(staff_of(FacilityFactory()))
    visit = take(doctor)
    assert book(client, doctor, patient, override=WHY).status_code == 404
    assert move(client, visit, anyway=anyway(doctor), override=WHY).status_code == 404


def test_board_panel_and_history_tell_what_was_overbooked(desk, facility, doctor, patient):
    take(doctor)
    book(desk, doctor, patient, override=WHY)
    booked = Appointment.objects.get(patient=patient)
    day = booked.starts_at.astimezone(facility.tz).date()
    board = desk.get(f"/desk/{facility.pk}/?date={day}").content.decode()
    assert "lanes-2" in board
    assert '<span class="overbooked">Overbooked</span>' in board
    panel = desk.get(booked.get_absolute_url()).content.decode()
    assert f"<dd>{WHY}</dd>" in panel
    assert f"Booked over a taken time by {booked.created_by}: {WHY}." in panel
    assert "Book somebody else at this time as well" in panel
