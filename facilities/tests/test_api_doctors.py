import pytest

from accounts.models import User
from accounts.tests.factories import UserFactory
from facilities.models import CareType, Doctor
from facilities.tests.api import api, current
from facilities.tests.factories import DoctorFactory, FacilityFactory, staff_of

URL = "/api/v1/doctors"

pytestmark = pytest.mark.django_db


def test_a_doctor_is_made_read_changed_and_deleted():
    admin, facility = api(), FacilityFactory(name="Riverside")
    heart = CareType.objects.create(name="Cardiology")
    account = UserFactory(role="doctor")
    given = {
        "name": "Dr. Example",
        "specialization": "Cardiology",
        "years_of_experience": 11,
        "facility_ids": [facility.pk],
        "care_type_ids": [heart.pk],
        "user_id": account.pk,
        "licence_number": "NE-1",
    }
    made = admin.post(URL, given)
    assert made.status_code == 201, made.json()
    there, doctor = made["Location"], Doctor.objects.get()
    assert admin.get(there).json() == made.json()
    assert made.json() == given | {
        "id": doctor.pk,
        "facilities": [{"id": facility.pk, "name": "Riverside"}],
        "care_types": [{"id": heart.pk, "name": "Cardiology"}],
        "identifier": None,
        "is_active": True,
        "updated_at": doctor.updated_at.isoformat().replace("+00:00", "Z"),
    }
    put = admin.put(there, given | {"name": "Dr. Other"}, headers=current(admin, there))
    assert (put.status_code, put.json()["name"]) == (200, "Dr. Other")
    patched = admin.patch(there, {"facility_ids": []}, headers=current(admin, there))
    assert patched.json()["facilities"] == []
    assert admin.delete(there).status_code == 204


@pytest.mark.parametrize("field", ["licence_number", "identifier", "user_id"])
def test_what_belongs_to_one_doctor_is_refused_to_another(field):
    account = UserFactory(role="doctor")
    DoctorFactory(licence_number="NE-1", identifier="a", user=account)
    taken = {"licence_number": "NE-1", "identifier": "a", "user_id": account.pk}
    given = {"name": "Dr. Second", "specialization": "Any", field: taken[field]}
    answer = api().post(URL, given)
    code = f"{field.removesuffix('_id')}_taken"
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [(field, code)]
    assert Doctor.objects.count() == 1


def test_an_account_of_another_role_is_none_of_a_doctors():
    nurse = UserFactory(role="nurse")
    given = {"name": "Dr. Example", "specialization": "Any", "user_id": nurse.pk}
    answer = api().post(URL, given)
    assert [each["field"] for each in answer.json()["errors"]] == ["user_id"]


def test_staff_read_the_doctors_of_their_facility_and_write_none():
    facility = FacilityFactory()
    own, other = DoctorFactory(facilities=[facility]), DoctorFactory()
    staff = api(staff_of(facility, "nurse"))
    (row,) = staff.get(URL).json()["results"]
    assert (row["id"], row["licence_number"]) == (own.pk, None)
    assert staff.get(f"{URL}/{other.pk}").status_code == 404
    assert staff.post(URL, {"name": "New"}).status_code == 403
    assert staff.patch(f"{URL}/{own.pk}", {"name": "New"}).status_code == 403
    assert staff.delete(f"{URL}/{own.pk}").status_code == 403


def test_patients_see_the_public_fields_of_doctors_in_service():
    doctor = DoctorFactory(licence_number="NE-1", identifier="a", facilities=[FacilityFactory()])
    retired = DoctorFactory(is_active=False)
    patient = api(role=User.Role.PATIENT)
    (row,) = patient.get(URL).json()["results"]
    assert row == patient.get(f"{URL}/{doctor.pk}").json()
    assert set(row) == {
        *("id", "name", "specialization", "years_of_experience", "facilities", "care_types"),
    }
    assert patient.get(f"{URL}/{retired.pk}").status_code == 404
    assert patient.delete(f"{URL}/{doctor.pk}").status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=ada", ["Dr. Ada"]),
        ("facility={facility}", ["Dr. Ada"]),
        ("care_type={heart}", ["Dr. Ada"]),
        ("specialization=CARDIOLOGY", ["Dr. Ada"]),
        ("is_active=false", ["Dr. Ben"]),
        ("ordering=-name", ["Dr. Ben", "Dr. Ada"]),
    ],
)
def test_filters_narrow_the_list(query, found):
    facility, heart = FacilityFactory(), CareType.objects.create(name="Cardiology")
    ada = DoctorFactory(name="Dr. Ada", specialization="Cardiology", facilities=[facility])
    ada.care_types.add(heart)
    DoctorFactory(name="Dr. Ben", is_active=False)
    answer = api().get(f"{URL}?{query.format(facility=facility.pk, heart=heart.pk)}")
    assert [row["name"] for row in answer.json()["results"]] == found


def test_a_doctor_at_two_facilities_of_somebody_is_listed_once():
    here, there = FacilityFactory(), FacilityFactory()
    DoctorFactory(facilities=[here, there])
    staff = staff_of(here)
    there.staff.add(staff)
    assert api(staff).get(URL).json()["count"] == 1
    assert api(staff).get(URL, {"facility": there.pk}).json()["count"] == 1


def test_a_doctor_who_left_is_listed_among_the_changes_as_inactive():
    doctor = DoctorFactory(is_active=False)
    changes = api().get(URL, {"updated_since": "2020-01-01T00:00:00Z"}).json()
    assert [(row["id"], row["is_active"]) for row in changes["results"]] == [(doctor.pk, False)]


def test_a_list_takes_as_many_queries_for_many_as_for_few(django_assert_num_queries):
    admin, facility = api(), FacilityFactory()
    heart = CareType.objects.create(name="Cardiology")
    for count in (2, 10):
        for doctor in DoctorFactory.create_batch(count, facilities=[facility]):
            doctor.care_types.add(heart)
        with django_assert_num_queries(4):
            assert admin.get(URL).status_code == 200
