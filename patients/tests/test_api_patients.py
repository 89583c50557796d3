from datetime import UTC, timedelta

import pytest
from django.utils import timezone

from facilities.tests.api import api, current
from facilities.tests.factories import DoctorFactory, FacilityFactory, staff_of
from patients.models import Patient, PatientIdentifier, PatientMerge
from patients.tests.factories import PatientFactory

URL = "/api/v1/patients"
NEWCOMER = {"given_name": "Ruben", "family_name": "Oakmere", "date_of_birth": "1990-06-01"}

pytestmark = pytest.mark.django_db


def z(instant):
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


@pytest.fixture
def facility():
    return FacilityFactory(name="Riverside")


@pytest.fixture
def desk(facility):
    return api(staff_of(facility))


def test_a_patient_is_registered_read_and_changed(desk, facility):
    doctor = DoctorFactory(facilities=[facility])
    given = NEWCOMER | {
        "phone": "(402) 555-0142",
        "facility_id": facility.pk,
        "assigned_doctor_id": doctor.pk,
        "identifiers": [{"system": "insurer", "value": "A-1"}],
    }
    made = desk.post(URL, given)
    assert made.status_code == 201, made.json()
    there, patient = made["Location"], Patient.objects.get()
    read = desk.get(there)
    assert (read["ETag"], read.json() | {"likely_duplicates": []}) == (made["ETag"], made.json())
    assert read.json() == given | {
        "id": patient.pk,
        "mrn": patient.mrn,
        "name": "Ruben Oakmere",
        "phone": "+14025550142",
        "maiden_name": "",
        "gender": "unknown",
        "email": "",
        "address_line": "",
        "city": "",
        "state": "",
        "zip_code": "",
        "language": "",
        "facility_name": "Riverside",
        "assigned_doctor_name": doctor.name,
        "deceased_on": None,
        "merged_into_id": None,
        "is_active": True,
        "version": 1,
        "created_at": z(patient.created_at),
        "updated_at": z(patient.updated_at),
    }
    put = desk.put(there, NEWCOMER | {"gender": "male"}, headers=current(desk, there))
    assert (put.status_code, put.json()["gender"], put.json()["version"]) == (200, "male", 2)
    stale = desk.patch(there, {"city": "Omaha"}, headers={"If-Match": read["ETag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert desk.patch(there, {"city": "Omaha"}).status_code == 428


def test_identifiers_are_replaced_as_a_whole_and_belong_to_one_patient(desk, facility):
    patient = PatientFactory(facility=facility)
    PatientIdentifier.objects.create(patient=PatientFactory(), system="insurer", value="taken")
    there = f"{URL}/{patient.pk}"
    two = [{"system": "insurer", "value": "A-1"}, {"system": "state", "value": "7"}]
    answer = desk.patch(there, {"identifiers": two}, headers=current(desk, there))
    assert answer.json()["identifiers"] == two
    kept = desk.patch(there, {"city": "Omaha"}, headers=current(desk, there)).json()
    assert kept["identifiers"] == two
    taken = {"identifiers": [{"system": "insurer", "value": "taken"}]}
    refused = desk.patch(there, taken, headers=current(desk, there))
    assert (refused.status_code, refused.json()["code"]) == (409, "identifier_taken")
    assert [each["field"] for each in refused.json()["errors"]] == ["identifiers"]
    assert "Another patient has this identifier" in refused.json()["detail"]
    assert desk.get(there).json() == kept
    one = desk.patch(there, {"identifiers": two[1:]}, headers=current(desk, there))
    assert one.json()["identifiers"] == two[1:]


def test_who_may_be_registered_already_is_named_at_registration(desk, facility):
    known = PatientFactory(
        given_name="Rubén", family_name="Oakmere", date_of_birth="1990-06-01", facility=facility
    )
    PatientFactory(given_name="Ruben", family_name="Oakmere", date_of_birth="1970-01-01")
    expected = {
        "id": known.pk,
        "mrn": known.mrn,
        "name": "Rubén Oakmere",
        "date_of_birth": "1990-06-01",
        "facility_name": "Riverside",
        "is_active": True,
    }
    asked = desk.post(f"{URL}/likely-duplicates", NEWCOMER)
    assert (asked.status_code, asked.json()) == (200, {"likely_duplicates": [expected]})
    assert Patient.objects.count() == 2
    made = desk.post(URL, NEWCOMER, headers={"Idempotency-Key": "a"})
    assert made.json()["likely_duplicates"] == [expected]
    again = desk.post(URL, NEWCOMER, headers={"Idempotency-Key": "a"})
    assert again.json() == made.json()
    assert Patient.objects.count() == 3


def test_kept_likely_duplicates_are_not_repeated_to_who_may_not_see_them_any_more(facility):
    person = staff_of(facility)
    desk, key = api(person), {"Idempotency-Key": "a"}
    PatientFactory(**NEWCOMER, facility=facility)
    assert desk.post(URL, NEWCOMER, headers=key).json()["likely_duplicates"]
    asked = desk.post(f"{URL}/likely-duplicates", NEWCOMER, headers={"Idempotency-Key": "b"})
    assert asked.json()["likely_duplicates"]
    person.facilities.clear()
    assert desk.post(URL, NEWCOMER, headers=key).status_code == 404
    again = desk.post(f"{URL}/likely-duplicates", NEWCOMER, headers={"Idempotency-Key": "b"})
    assert again.status_code == 404


def test_likely_duplicates_are_looked_for_where_the_person_works(desk):
    PatientFactory(**NEWCOMER, facility=FacilityFactory())
    assert desk.post(f"{URL}/likely-duplicates", NEWCOMER).json() == {"likely_duplicates": []}
    by_phone = {"given_name": "A", "family_name": "B", "phone": "nonsense", "nmae": "C"}
    assert desk.post(f"{URL}/likely-duplicates", by_phone).status_code == 400


def test_a_taken_email_and_a_full_facility_are_conflicts_in_the_models_words(desk, facility):
    PatientFactory(email="One@example.org", facility=facility)
    taken = desk.post(URL, NEWCOMER | {"email": "one@example.org"})
    assert (taken.status_code, taken.json()["code"]) == (409, "email_taken")
    assert [each["field"] for each in taken.json()["errors"]] == ["email"]
    assert "Search for that record" in taken.json()["detail"]
    facility.capacity = 1
    facility.save()
    full = desk.post(URL, NEWCOMER | {"facility_id": facility.pk})
    assert (full.status_code, full.json()["code"]) == (409, "facility_full")
    assert "Riverside is full" in full.json()["detail"]
    assert Patient.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("date_of_birth", "2999-01-01"),
        ("date_of_birth", "29/02/1980"),
        ("gender", "robot"),
        ("phone", "nonsense"),
        ("email", "nobody"),
        ("zip_code", "12"),
        ("facility_id", 10**9),
        ("assigned_doctor_id", "x"),
        ("given_name", ""),
        ("identifiers", [{"system": "insurer"}]),
        ("nmae", "x"),
    ],
)
def test_a_wrong_value_is_refused_beside_its_field(desk, field, value):
    answer = desk.post(URL, NEWCOMER | {field: value})
    assert answer.status_code == 400
    assert {each["field"].split(".")[0] for each in answer.json()["errors"]} == {field}


def test_another_facilitys_row_cannot_be_referred_to(desk):
    there = FacilityFactory()
    doctor = DoctorFactory(facilities=[there])
    given = NEWCOMER | {"facility_id": there.pk, "assigned_doctor_id": doctor.pk}
    answer = desk.post(URL, given)
    refused = {each["field"] for each in answer.json()["errors"]}
    assert refused == {"facility_id", "assigned_doctor_id"}


def test_delete_closes_the_record_and_keeps_it(desk, facility):
    patient = PatientFactory(facility=facility)
    there = f"{URL}/{patient.pk}"
    assert desk.delete(there, headers={"If-Match": '"old"'}).status_code == 412
    assert desk.delete(there, headers=current(desk, there)).status_code == 204
    facility.refresh_from_db()
    assert facility.registered_count == 0
    assert desk.get(there).json()["is_active"] is False
    assert desk.delete(there).status_code == 204
    opened = desk.patch(there, {"is_active": True}, headers=current(desk, there))
    assert opened.json()["is_active"] is True


@pytest.mark.parametrize(
    ("role", "statuses"),
    [("doctor", (403, 200, 403)), ("nurse", (403, 200, 403)), ("receptionist", (201, 200, 204))],
)
def test_each_role_of_the_staff_does_its_part(role, statuses, facility):
    staff, patient = api(staff_of(facility, role)), PatientFactory(facility=facility)
    there = f"{URL}/{patient.pk}"
    asked = staff.post(f"{URL}/likely-duplicates", NEWCOMER).status_code
    assert asked == (200 if role == "receptionist" else 403)
    assert (
        staff.post(URL, NEWCOMER).status_code,
        staff.patch(there, {"city": "Omaha"}, headers=current(staff, there)).status_code,
        staff.delete(there).status_code,
    ) == statuses


def test_patients_of_other_facilities_are_not_there(desk):
    other = PatientFactory(facility=FacilityFactory())
    free = PatientFactory()
    there = f"{URL}/{other.pk}"
    assert [row["id"] for row in desk.get(URL).json()["results"]] == [free.pk]
    assert desk.get(there).status_code == 404
    assert desk.patch(there, {"city": "Omaha"}).status_code == 404
    assert desk.delete(there).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("facility={facility}", ["Ada"]),
        ("assigned_doctor={doctor}", ["Ada"]),
        ("date_of_birth=1990-06-01", ["Ada"]),
        ("mrn={mrn}", ["Ada"]),
        ("mrn=1", []),
        ("is_active=false", ["Ben"]),
        ("q=adda", ["Ada"]),
        ("q=linton", ["Cleo", "Ada"]),
        ("q=linton&facility={facility}", ["Ada"]),
        ("q=linton&ordering=given_name", ["Ada", "Cleo"]),
        ("q=nobody", []),
        ("ordering=-given_name", ["Cleo", "Ben", "Ada"]),
        ("ordering=date_of_birth,-given_name", ["Cleo", "Ben", "Ada"]),
        ("", ["Cleo", "Ben", "Ada"]),
    ],
)
def test_filters_and_the_search_narrow_the_list(facility, query, found):
    doctor = DoctorFactory()
    ada = PatientFactory(
        given_name="Ada",
        family_name="Lintonberg",
        facility=facility,
        assigned_doctor=doctor,
        date_of_birth="1990-06-01",
    )
    PatientFactory(given_name="Ben", family_name="Other", is_active=False)
    PatientFactory(given_name="Cleo", family_name="Linton")
    query = query.format(facility=facility.pk, doctor=doctor.pk, mrn=ada.mrn)
    listed = api().get(f"{URL}?{query}").json()
    assert [row["given_name"] for row in listed["results"]] == found
    assert listed["count"] == len(found)


@pytest.mark.parametrize(
    "query",
    ["facility=x", "date_of_birth=1990", "is_active=1", "ordering=mrn", "q=%00", "name=Ada"],
)
def test_a_filter_value_that_means_nothing_is_refused(desk, query):
    answer = desk.get(f"{URL}?{query}")
    assert answer.status_code == 400
    assert {each["field"] for each in answer.json()["errors"]} == {query.split("=")[0]}


def test_closed_records_stay_and_merged_ones_are_gone_from_the_list_and_for_who_syncs(
    desk, facility
):
    kept, closed, merged, _ = PatientFactory.create_batch(4, facility=facility)
    Patient.objects.update(updated_at=timezone.now() - timedelta(days=1))
    since = z(timezone.now() - timedelta(minutes=1))
    there = f"{URL}/{kept.pk}"
    shown = desk.patch(there, {"city": "Omaha"}, headers=current(desk, there)).json()
    desk.delete(f"{URL}/{closed.pk}")
    stays = desk.get(f"{URL}/{closed.pk}").json()
    assert stays["is_active"] is False
    PatientMerge.objects.merge(merged, into=kept, by=None)
    shown = desk.get(there).json()
    told = {row["id"]: row for row in desk.get(URL, {"updated_since": since}).json()["results"]}
    gone = {"id": merged.pk, "deleted": True}
    assert told == {kept.pk: shown, closed.pk: stays, merged.pk: gone}
    listed = {row["id"]: row for row in desk.get(URL).json()["results"]}
    assert merged.pk not in listed
    assert listed[closed.pk] == stays
    (found,) = desk.get(URL, {"mrn": merged.mrn}).json()["results"]
    assert found["merged_into_id"] == kept.pk


def test_what_has_left_the_filter_is_a_tombstone_to_an_app_that_syncs(desk, facility):
    left, stayed, _ = PatientFactory.create_batch(3, facility=facility)
    Patient.objects.update(updated_at=timezone.now() - timedelta(days=1))
    since = z(timezone.now() - timedelta(minutes=1))
    for patient, change in ((left, {"is_active": False}), (stayed, {"city": "Omaha"})):
        there = f"{URL}/{patient.pk}"
        answer = desk.patch(there, change, headers=current(desk, there))
        assert answer.status_code == 200, answer.json()
    asked = {"updated_since": since, "is_active": "true", "page_size": 1}
    first = desk.get(URL, asked).json()
    assert first["results"] == [{"id": left.pk, "deleted": True}]
    second = desk.get(first["next"]).json()
    assert [row["id"] for row in second["results"]] == [stayed.pk]
    assert (second["results"][0]["city"], second["next"]) == ("Omaha", None)


@pytest.mark.parametrize(
    ("query", "statements"),
    # One writes the access log. A search that finds fewer than three looks for mistyped names too.
    [("", 4), ("?updated_since=2020-01-01T00:00:00Z", 3), ("?q=family", 6)],
)
def test_a_list_takes_as_many_queries_for_many_as_for_few(
    query, statements, facility, django_assert_num_queries
):
    admin, doctor = api(), DoctorFactory()
    for count in (3, 10):
        patients = PatientFactory.create_batch(count, facility=facility, assigned_doctor=doctor)
        for patient in patients:
            PatientIdentifier.objects.create(patient=patient, system="a", value=str(patient.pk))
        with django_assert_num_queries(statements):
            assert len(admin.get(f"{URL}{query}").json()["results"]) >= count
