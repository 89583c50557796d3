"""What the rules forbid is refused in the admin with a sentence, and nothing has changed then."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import SignIn, User
from accounts.tests.factories import UserFactory
from clinic.tests.admin_world import populate
from facilities.models import Doctor, Facility, Room
from facilities.tests.factories import FacilityFactory, RoomFactory
from patients.models import Patient
from patients.tests.factories import PatientFactory
from records.tests.factories import AllergyFactory
from scheduling.models import Appointment, TimeOff, WorkingHours
from scheduling.tests.factories import AppointmentFactory, visit_today, working_doctor

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(UserFactory(role="admin", full_name="Adam"))
    return client


def url(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def act(client: Client, action: str, *rows: Any, **said: str) -> str:
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    answer = client.post(url(type(rows[0]), "changelist"), chosen | said, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def doctor_form(doctor: Doctor, *hours: dict[str, Any], **fields: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": doctor.name,
        "specialization": doctor.specialization,
        "facilities": [facility.pk for facility in doctor.facilities.all()],
        "is_active": "on",
        "working_hours-TOTAL_FORMS": len(hours),
        "working_hours-INITIAL_FORMS": 0,
        "time_off-TOTAL_FORMS": 0,
        "time_off-INITIAL_FORMS": 0,
    }
    for number, row in enumerate(hours):
        data |= {f"working_hours-{number}-{name}": value for name, value in row.items()}
    return data | fields


def test_a_doctor_with_visits_to_come_stays(administrator: Client) -> None:
    busy, free = AppointmentFactory().doctor, working_doctor(FacilityFactory())
    page = act(administrator, "deactivate", busy, free)
    assert f"{busy}: This doctor has visits to come: 1." in page
    assert "Done with 1 of them." in page
    stay = {each.pk: each.is_active for each in Doctor.objects.all()}
    assert stay == {busy.pk: True, free.pk: False}


def test_a_doctor_with_visits_to_come_stays_in_the_form_too(administrator: Client) -> None:
    busy = AppointmentFactory().doctor
    data = doctor_form(busy, name="Dr. Retyped")
    del data["is_active"]
    answer = administrator.post(url(Doctor, "change", busy.pk), data)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "This doctor has visits to come: 1." in page
    assert 'value="Dr. Retyped"' in page
    busy.refresh_from_db()
    assert busy.name != "Dr. Retyped"
    assert busy.is_active


@pytest.mark.parametrize("bulk", [False, True])
def test_a_facility_with_patients_is_not_deleted(administrator: Client, bulk: bool) -> None:
    facility, empty = FacilityFactory(), FacilityFactory()
    PatientFactory(facility=facility)
    PatientFactory(facility=facility)
    if bulk:
        assert "Delete these?" in act(administrator, "delete_each", facility, empty)
        assert Facility.objects.count() == 2
        page = act(administrator, "delete_each", facility, empty, confirmed="yes")
        assert "This cannot be deleted, as records refer to it: 2 patients." in page
        assert not Facility.objects.filter(pk=empty.pk).exists()
    else:
        answer = administrator.post(url(Facility, "delete", facility.pk), {"post": "yes"})
        assert "<li>2 patients</li>" in answer.content.decode()
    assert Facility.objects.filter(pk=facility.pk).exists()


def test_what_a_chart_holds_is_not_told(administrator: Client) -> None:
    allergy = AllergyFactory()
    AppointmentFactory(patient=allergy.patient, facility=allergy.facility)
    there = url(Patient, "delete", allergy.patient_id)
    page = administrator.post(there, {"post": "yes"}).content.decode()
    assert "<li>1 appointment</li>" in page
    assert "<li>1 other record</li>" in page
    assert "allerg" not in page.lower()


def test_a_room_in_use_is_not_deleted_and_one_that_is_not_is(administrator: Client) -> None:
    room = RoomFactory()
    AppointmentFactory(facility=room.facility, room=room)
    idle = RoomFactory()
    page = act(administrator, "delete_each", room, idle, confirmed="yes")
    assert f"{room}: This cannot be deleted, as records refer to it: 1 appointment" in page
    assert list(Room.objects.all()) == [room]


def test_the_last_administrator_is_neither_deactivated_nor_deleted(administrator: Client) -> None:
    adam = User.objects.get()
    assert "the last active administrator" in act(administrator, "deactivate", adam)
    assert '<li class="error">' in act(administrator, "delete_each", adam, confirmed="yes")
    answer = administrator.post(url(User, "delete", adam.pk), {"post": "yes"}, follow=True)
    assert '<li class="error">' in answer.content.decode()
    adam.refresh_from_db()
    assert adam.is_active


def test_an_account_that_a_doctor_has_is_kept(administrator: Client) -> None:
    user = UserFactory(role="doctor")
    working_doctor(FacilityFactory(), user=user)
    page = act(administrator, "delete_each", user, confirmed="yes")
    assert "Records refer to this account" in page
    assert User.objects.filter(pk=user.pk).exists()


HOURS = {"weekday": 1, "weeks": 0, "valid_from": "2026-01-01"}
MORNING = HOURS | {"starts_at": "08:00", "ends_at": "12:00"}


@pytest.mark.parametrize(
    ("second", "refused"),
    [
        ({"starts_at": "11:00", "ends_at": "13:00"}, True),
        ({"starts_at": "11:00", "ends_at": "00:00"}, True),
        ({"starts_at": "12:00", "ends_at": "13:00"}, False),
        ({"weekday": 2}, False),
        ({"weekday": 1, "weeks": 1}, True),
        ({"valid_from": "2027-01-01"}, True),
    ],
)
def test_hours_typed_beside_each_other_do_not_overlap(
    administrator: Client, second: dict[str, Any], refused: bool
) -> None:
    facility = FacilityFactory()
    doctor = working_doctor(facility)
    doctor.working_hours.all().delete()
    rows = [row | {"facility": facility.pk} for row in (MORNING, MORNING | second)]
    answer = administrator.post(url(Doctor, "change", doctor.pk), doctor_form(doctor, *rows))
    assert answer.status_code == (200 if refused else 302)
    assert ("Change those first." in answer.content.decode()) is refused
    assert WorkingHours.objects.count() == (0 if refused else 2)


def test_time_off_is_typed_on_the_doctors_page_by_the_facilitys_clock(
    administrator: Client,
) -> None:
    doctor = working_doctor(FacilityFactory(timezone="America/Denver"))
    away = {
        "time_off-TOTAL_FORMS": 1,
        "time_off-0-starts_at_0": "2030-01-08",
        "time_off-0-starts_at_1": "09:00",
        "time_off-0-ends_at_0": "2030-01-08",
        "time_off-0-ends_at_1": "12:00",
    }
    page = url(Doctor, "change", doctor.pk)
    administrator.post(page, doctor_form(doctor, **away))
    assert TimeOff.objects.get().starts_at.isoformat() == "2030-01-08T16:00:00+00:00"
    assert 'value="09:00"' in administrator.get(page).content.decode()


def test_appointments_are_cancelled_with_a_reason_each_by_its_own_method(
    administrator: Client,
) -> None:
    booked, arrived, done = AppointmentFactory(), visit_today(), visit_today()
    arrived.mark_arrived(by=None)
    for step in (done.mark_arrived, done.fulfil):
        step(by=None)
    page = act(administrator, "cancel", booked, arrived, done)
    assert "Cancel these appointments?" in page
    assert "Patient is ill" in page
    assert "This field is required." in act(administrator, "cancel", booked, confirmed="yes")
    assert Appointment.objects.filter(status="cancelled").count() == 0
    page = act(administrator, "cancel", booked, arrived, done, confirmed="yes", reason="Flood")
    assert "Done with 2 of them." in page
    assert page.count('<li class="error">') == 1
    rows = Appointment.objects.order_by("pk").values_list("status", "cancel_reason")
    assert list(rows) == [("cancelled", "Flood"), ("cancelled", "Flood"), ("fulfilled", "")]


def test_a_record_with_visits_to_come_is_not_closed(administrator: Client) -> None:
    visitor, other = AppointmentFactory().patient, PatientFactory()
    page = act(administrator, "close", visitor, other)
    assert "This patient has visits to come: 1." in page
    open_ones = Patient.objects.filter(is_active=True)
    assert list(open_ones) == [visitor]
    assert other.changes.get().fields == {"is_active": False}
    act(administrator, "open_again", other)
    assert open_ones.all().count() == 2


def test_a_sign_in_is_ended_once(administrator: Client) -> None:
    populate(1)
    sign_in = SignIn.objects.get()
    assert "Done with 1 of them." in act(administrator, "revoke", sign_in)
    assert "This sign-in has ended already." in act(administrator, "revoke", sign_in)


def test_whoever_has_not_signed_in_is_asked_to(client: Client) -> None:
    assert client.get(reverse("admin:index")).status_code == 302
