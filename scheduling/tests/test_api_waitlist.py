"""Who waits, over the API."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.dateparse import parse_datetime

from accounts.tests.clients import client_of
from facilities.models import CareType
from facilities.tests.factories import FacilityFactory, staff_of
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment, WaitlistEntry
from scheduling.tests.api import APPOINTMENTS, V1, Place, alternative_of, online_type
from scheduling.tests.factories import AppointmentFactory, WaitlistEntryFactory

pytestmark = pytest.mark.django_db

WAITLIST = f"{V1}/waitlist"


@pytest.fixture
def place():
    return Place()


@pytest.fixture
def desk(place):
    return place.staff()


@pytest.fixture
def entry(place):
    return WaitlistEntryFactory(patient=place.patient, facility=place.facility)


def there(entry, step=""):
    return f"{WAITLIST}/{entry.pk}{step and '/'}{step}"


def test_a_patient_is_put_on_the_list_and_their_wish_is_changed(place, desk):
    care = CareType.objects.create(name="Cardiology")
    said = {
        "patient_id": place.patient.pk,
        "care_type_id": care.pk,
        "facility_id": place.facility.pk,
        "weekdays": [1, 3],
        "to_time": "12:00",
        "not_after": "2027-06-30",
        "priority": "urgent",
        "note": "Call after five",
    }
    made = desk.post(WAITLIST, said)
    assert made.status_code == 201, made.json()
    body = made.json()
    assert said.items() <= (body | {"to_time": "12:00"}).items()
    assert (body["status"], body["duration_minutes"]) == ("waiting", 30)
    assert (body["what"], body["where"]) == ("Cardiology", place.facility.name)
    assert body["patient_name"] == str(place.patient)
    seen = {"If-Match": made["ETag"]}
    wish = {"care_type_id": None, "weekdays": [], "duration_minutes": 45}
    changed = desk.patch(made["Location"], wish, headers=seen)
    assert changed.status_code == 200, changed.json()
    assert wish.items() <= changed.json().items()
    assert desk.patch(made["Location"], wish, headers=seen).status_code == 412
    assert desk.patch(made["Location"], wish).status_code == 428
    assert desk.get(made["Location"]).json() == changed.json()
    another = {"patient_id": PatientFactory().pk}
    headers = {"If-Match": changed["ETag"]}
    desk.patch(made["Location"], another, headers=headers)
    assert WaitlistEntry.objects.get().patient == place.patient


def test_a_wish_that_cannot_be_is_refused(place, desk, entry):
    whose = {"patient_id": place.patient.pk}
    twice = desk.post(WAITLIST, whose | {"facility_id": place.facility.pk})
    assert (twice.status_code, twice.json()["code"]) == (409, "waits_already")
    other = {"patient_id": PatientFactory(facility=place.facility).pk}
    nothing = desk.post(WAITLIST, other)
    assert (nothing.status_code, nothing.json()["code"]) == (400, "waitlist_names_something")
    nowhere = desk.post(WAITLIST, other | {"specialization": "x", "zip_code": "00000"})
    assert nowhere.json()["errors"][0]["code"] == "zip_code_unknown"
    for wrong, field in (
        ({"weekdays": [8]}, "weekdays.0"),
        ({"facility_id": FacilityFactory().pk}, "facility_id"),
        ({"priority": "now"}, "priority"),
        ({"duration_minutes": 1}, "duration_minutes"),
        ({"not_after": "9999-01-01"}, "not_after"),
    ):
        answer = desk.post(WAITLIST, other | {"specialization": "x"} | wrong)
        assert [each["field"] for each in answer.json()["errors"]] == [field]


def test_an_entry_is_removed_with_a_reason(desk, entry):
    missing = desk.post(there(entry, "remove"), {})
    assert missing.json()["errors"][0]["field"] == "reason"
    gone = desk.post(there(entry, "remove"), {"reason": "Moved away"})
    assert (gone.json()["status"], gone.json()["removed_reason"]) == ("removed", "Moved away")
    again = desk.post(there(entry, "remove"), {"reason": "Moved away"})
    assert (again.status_code, again.json()["code"]) == (409, "not_waiting")


def test_an_entry_is_ended_with_an_appointment_of_the_patient(place, desk, entry):
    visit = AppointmentFactory(facility=place.facility, patient=place.patient)
    other = AppointmentFactory(facility=place.facility)
    refused = desk.post(there(entry, "close"), {"appointment_id": other.pk})
    assert (refused.status_code, refused.json()["code"]) == (400, "another_patient")
    elsewhere = desk.post(there(entry, "close"), {"appointment_id": AppointmentFactory().pk})
    assert elsewhere.json()["errors"][0]["field"] == "appointment_id"
    closed = desk.post(there(entry, "close"), {"appointment_id": visit.pk})
    assert (closed.json()["status"], closed.json()["appointment_id"]) == ("booked", visit.pk)


def slot(place, hour=9):
    said = place.wanted(hour)
    return {name: said[name] for name in ("doctor_id", "facility_id", "starts_at")}


def test_a_kept_booking_is_not_repeated_where_only_the_entry_is_still_seen(place, entry):
    person = staff_of(place.facility)
    elsewhere = FacilityFactory()
    person.facilities.add(elsewhere)
    key = {"Idempotency-Key": "one"}
    assert client_of(person).post(there(entry, "book"), slot(place), headers=key).status_code == 201
    person.facilities.remove(place.facility)
    place.patient.facility = elsewhere
    place.patient.save()
    assert client_of(person).get(there(entry)).status_code == 200
    again = client_of(person).post(there(entry, "book"), slot(place), headers=key)
    assert again.status_code == 404


def test_somebody_who_waits_is_booked_and_waits_no_longer(place, desk, entry):
    key = {"Idempotency-Key": "one"}
    made = desk.post(there(entry, "book"), slot(place), headers=key)
    assert made.status_code == 201, made.json()
    booked = Appointment.objects.get()
    assert made["Location"] == f"{APPOINTMENTS}/{booked.pk}"
    assert (made.json()["id"], made.json()["patient_id"]) == (booked.pk, place.patient.pk)
    entry.refresh_from_db()
    assert (entry.status, entry.appointment) == ("booked", booked)
    again = desk.post(there(entry, "book"), slot(place), headers=key)
    assert (again.status_code, again.json()) == (201, made.json())
    other = desk.post(there(entry, "book"), slot(place, 11))
    assert (other.status_code, other.json()["code"]) == (409, "not_waiting")


def test_who_loses_the_time_waits_on_and_is_shown_others(place, desk, entry):
    AppointmentFactory(facility=place.facility, doctor=place.doctor, starts_at=place.at(9))
    lost = desk.post(there(entry, "book"), slot(place))
    assert (lost.status_code, lost.json()["busy"]) == (409, "doctor")
    entry.refresh_from_db()
    assert entry.is_waiting
    offered = alternative_of(lost)
    longer = f"{parse_datetime(offered['ends_at']) + timedelta(minutes=5):%Y-%m-%dT%H:%M:%SZ}"
    for other in ({"ends_at": longer}, {"type_id": online_type().pk}):
        refused = desk.post(there(entry, "book"), offered | other)
        assert refused.status_code == 400
        assert [each["field"] for each in refused.json()["errors"]] == [*other]
    taken = desk.post(there(entry, "book"), offered)
    assert taken.status_code == 201, taken.json()
    assert taken.json()["starts_at"] == offered["starts_at"]
    unknown = desk.post(there(entry, "book"), slot(place) | {"doctor_id": 999999})
    assert unknown.json()["errors"][0]["field"] == "doctor_id"


@pytest.mark.parametrize("cancelled", [True, False])
def test_whom_a_time_would_suit_is_listed_most_pressing_first(place, desk, entry, cancelled):
    visit = AppointmentFactory(facility=place.facility, doctor=place.doctor, starts_at=place.at(9))
    urgent = WaitlistEntryFactory(
        patient=PatientFactory(facility=place.facility),
        facility=place.facility,
        priority="urgent",
    )
    WaitlistEntryFactory(
        patient=PatientFactory(facility=place.facility), specialization="Cardiology"
    )
    if cancelled:
        visit.cancel("Patient is ill", by=None)
    body = desk.get(f"{APPOINTMENTS}/{visit.pk}/waitlist-fits").json()
    assert body["free"]["starts_at"] == f"{place.at(9):%Y-%m-%dT%H:%M:%SZ}"
    assert [each["id"] for each in body["results"]] == [urgent.pk, entry.pk]
    if cancelled:
        AppointmentFactory(facility=place.facility, doctor=place.doctor, starts_at=place.at(9))
        again = desk.get(f"{APPOINTMENTS}/{visit.pk}/waitlist-fits").json()
        assert again == {"free": None, "results": []}


def test_who_may_see_and_write_the_list(place, entry):
    nurse, doctor = place.staff("nurse"), place.staff("doctor")
    said = {"patient_id": PatientFactory(facility=place.facility).pk, "specialization": "x"}
    assert nurse.get(there(entry)).status_code == doctor.get(there(entry)).status_code == 200
    assert nurse.post(WAITLIST, said).status_code == 403
    assert doctor.post(WAITLIST, said).status_code == 201
    own = place.own()
    assert own.get(WAITLIST).status_code == own.get(there(entry)).status_code == 403
    steps = {"remove": {"reason": "x"}, "close": {"appointment_id": 1}, "book": slot(place)}
    for client in (nurse, doctor, own):
        assert client.patch(there(entry), {"note": "x"}).status_code == 403
        for step, body in steps.items():
            assert client.post(there(entry, step), body).status_code == 403


def test_another_facilitys_patients_are_not_found(place, entry):
    elsewhere = place.elsewhere()
    assert elsewhere.get(WAITLIST).json()["results"] == []
    assert elsewhere.get(there(entry)).status_code == 404
    assert elsewhere.post(there(entry, "remove"), {"reason": "x"}).status_code == 404
    visit = AppointmentFactory(facility=place.facility)
    assert elsewhere.get(f"{APPOINTMENTS}/{visit.pk}/waitlist-fits").status_code == 404
    stranger = {"patient_id": place.patient.pk, "specialization": "x"}
    assert elsewhere.post(WAITLIST, stranger).json()["errors"][0]["field"] == "patient_id"


def test_the_list_is_narrowed_by_each_filter(place, desk, entry):
    care = CareType.objects.create(name="Cardiology")
    other = WaitlistEntryFactory(patient=place.patient, care_type=care, priority="urgent")
    other.remove("Moved away", by=None)
    named = WaitlistEntryFactory(patient=PatientFactory(), doctor=place.doctor)
    for query, found in {
        "": [other, entry, named],
        f"facility={place.facility.pk}": [other, entry],
        f"patient={place.patient.pk}": [other, entry],
        f"doctor={place.doctor.pk}": [named],
        f"care_type={care.pk}": [other],
        "priority=urgent": [other],
        "status=waiting": [entry, named],
        "facility=999999": [],
    }.items():
        answer = desk.get(f"{WAITLIST}?{query}")
        assert [each["id"] for each in answer.json()["results"]] == [each.pk for each in found]
    assert desk.get(f"{WAITLIST}?status=lost").status_code == 400
    assert desk.get(f"{WAITLIST}?who=1").status_code == 400


def test_the_lists_take_as_many_statements_for_one_as_for_ten(place, entry):
    user = staff_of(place.facility)
    visit = AppointmentFactory(facility=place.facility, doctor=place.doctor)
    paths = [WAITLIST, f"{APPOINTMENTS}/{visit.pk}/waitlist-fits"]

    def statements(rows):
        with CaptureQueriesContext(connection) as taken:
            for path in paths:
                assert len(client_of(user).get(path).json()["results"]) == rows
        return len(taken)

    one = statements(1)
    for _ in range(9):
        patient = PatientFactory(facility=place.facility)
        WaitlistEntryFactory(patient=patient, facility=place.facility)
    assert statements(10) == one
