import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.tests.factories import UserFactory
from facilities.models import Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory

pytestmark = pytest.mark.django_db

LIST, FIND, NEW = reverse("patients:list"), reverse("patients:find"), reverse("patients:new")
NEWCOMER = {
    "given_name": "Ruben",
    "family_name": "Oakmere",
    "date_of_birth": "6/1/1990",
    "gender": "unknown",
    "is_active": "on",
}


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def receptionist(client: Client, facility: Facility) -> User:
    user: User = staff_of(facility)
    client.force_login(user)
    return user


def edit_url(patient: Patient) -> str:
    return reverse("patients:edit", args=[patient.pk])


def edit(patient: Patient, **typed: str) -> dict[str, object]:
    patient.refresh_from_db()
    facility = {"facility": patient.facility_id} if patient.facility_id else {}
    return NEWCOMER | facility | {"version": patient.version} | typed


def test_the_list_shows_who_was_registered_last(
    client: Client, receptionist: User, facility: Facility
) -> None:
    PatientFactory(facility=facility, family_name="Oakmere")
    PatientFactory(facility=FacilityFactory(), family_name="Elsewhere")
    page = client.get(LIST).content.decode()
    assert "Oakmere" in page
    assert "Elsewhere" not in page


def test_a_search_answers_with_a_page_or_with_rows(
    client: Client, receptionist: User, facility: Facility
) -> None:
    PatientFactory(facility=facility, family_name="Oakmere")
    PatientFactory(facility=facility, family_name="Tarquist")
    for url in (LIST, FIND):
        page = client.post(url, {"q": "okamere"}).content.decode()
        assert "Oakmere" in page
        assert "Tarquist" not in page


def test_a_search_in_the_address_is_not_read(client: Client, receptionist: User) -> None:
    PatientFactory(family_name="Oakmere")
    assert "Registered last</h2>" in client.get(LIST, {"q": "tarquist"}).content.decode()
    assert client.get(FIND).status_code == 405


def test_a_search_without_a_result_says_what_to_try(client: Client, receptionist: User) -> None:
    assert "Nobody found" in client.post(FIND, {"q": "oakmere"}).content.decode()


def test_a_long_list_is_bounded_and_its_queries_do_not_grow(
    client: Client,
    receptionist: User,
    facility: Facility,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    PatientFactory(facility=facility)
    with django_assert_num_queries(5):
        client.get(LIST)
    PatientFactory.create_batch(30, facility=facility)
    with django_assert_num_queries(5):
        page = client.get(LIST).content.decode()
    assert page.count('<th scope="row">') == 25
    assert "after=" in page


def test_registering_leads_to_the_patient(
    client: Client, receptionist: User, facility: Facility
) -> None:
    response = client.post(NEW, NEWCOMER | {"facility": facility.pk})
    patient = Patient.objects.get()
    assert response.headers["Location"] == patient.get_absolute_url()
    assert patient.facility == facility


def test_somebody_alike_is_shown_before_registering(
    client: Client, receptionist: User, facility: Facility
) -> None:
    known = PatientFactory(
        facility=facility, given_name="Rubben", family_name="Oakmere", date_of_birth="1990-06-01"
    )
    response = client.post(NEW, NEWCOMER | {"facility": facility.pk})
    assert response.status_code == 422
    assert known.get_absolute_url() in response.content.decode()
    client.post(NEW, NEWCOMER | {"facility": facility.pk, "seen": known.pk})
    assert Patient.objects.count() == 2


def test_a_full_facility_is_explained(
    client: Client, receptionist: User, facility: Facility
) -> None:
    Facility.objects.update(capacity=0)
    response = client.post(NEW, NEWCOMER | {"facility": facility.pk})
    assert response.status_code == 422
    assert "is full" in response.content.decode()


def test_an_edit_is_saved(client: Client, receptionist: User, facility: Facility) -> None:
    patient = PatientFactory(facility=facility)
    response = client.post(edit_url(patient), edit(patient, city="Lindow"))
    patient.refresh_from_db()
    assert (response.status_code, patient.city) == (302, "Lindow")


def test_a_patient_of_another_facility_is_not_found(client: Client, receptionist: User) -> None:
    patient = PatientFactory(facility=FacilityFactory())
    assert client.get(edit_url(patient)).status_code == 404
    assert client.post(edit_url(patient), edit(patient)).status_code == 404


@pytest.mark.parametrize(
    ("role", "url", "status"),
    [
        ("nurse", LIST, 200),
        ("nurse", NEW, 403),
        ("doctor", NEW, 403),
        ("patient", LIST, 403),
        ("patient", FIND, 403),
    ],
)
def test_a_role_reaches_what_it_may(client: Client, role: str, url: str, status: int) -> None:
    client.force_login(UserFactory(role=role))
    answer = client.post(url, {"q": "x"}) if url == FIND else client.get(url)
    assert answer.status_code == status


def test_the_wrong_method_is_refused(client: Client, receptionist: User) -> None:
    for url in (LIST, FIND, NEW, edit_url(PatientFactory())):
        assert client.delete(url).status_code == 405


def test_the_admin_searches_as_the_desk_does(client: Client) -> None:
    client.force_login(UserFactory(role="admin"))
    PatientFactory(family_name="Oakmere", given_name="Ruben")
    PatientFactory(family_name="Tarquist")
    changelist = reverse("admin:patients_patient_changelist")
    page = client.get(changelist, {"q": "okamere ruben"}).content.decode()
    assert "Oakmere" in page
    assert "Tarquist" not in page


def test_the_admin_explains_a_full_facility(client: Client) -> None:
    client.force_login(UserFactory(role="admin"))
    facility = FacilityFactory(capacity=0)
    inline = {"identifiers-TOTAL_FORMS": 0, "identifiers-INITIAL_FORMS": 0}
    typed = NEWCOMER | inline | {"facility": facility.pk, "date_of_birth": "1990-06-01"}
    response = client.post(reverse("admin:patients_patient_add"), typed)
    assert response.status_code == 200
    assert "is full" in response.content.decode()
    assert not Patient.objects.exists()
