"""Every door through which a record is seen writes that it was; a closed one writes nothing."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import UserFactory
from audit import reading
from audit.models import AccessEvent
from facilities.tests.api import api
from facilities.tests.factories import FacilityFactory, staff_of
from patients.tests.factories import PatientFactory
from scheduling.tests.factories import AppointmentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def facility():
    return FacilityFactory()


@pytest.fixture
def patient(facility):
    return PatientFactory(facility=facility)


@pytest.fixture
def nurse(facility):
    return staff_of(facility, role="nurse", full_name="Person Known")


@pytest.fixture
def desk(facility, client: Client) -> Client:
    client.force_login(staff_of(facility))
    return client


def logged() -> list[tuple[str, int]]:
    return list(AccessEvent.objects.order_by("pk").values_list("what", "patient_id"))


def test_a_row_says_who_saw_what_of_whom_and_when(client, nurse, patient):
    client.force_login(nurse)
    page = client.get(patient.get_absolute_url(), REMOTE_ADDR="203.0.113.77")
    assert page.status_code == 200
    event = AccessEvent.objects.get()
    assert (event.user_id, event.user_name, event.role) == (nurse.pk, "Person Known", "nurse")
    assert (event.patient_id, event.what) == (patient.pk, "patient page")
    assert (event.route, event.path) == ("scheduling:patient", f"/patients/{patient.pk}/")
    assert (event.request_id, event.network) == (page["X-Request-ID"], "203.0.113.0/24")
    assert event.request_id


def test_the_query_of_an_address_is_not_kept(desk, patient):
    desk.get(f"{patient.get_absolute_url()}?past=Oakmere")
    assert AccessEvent.objects.get().path == patient.get_absolute_url()


def test_each_page_of_a_record_is_logged(desk, facility, patient):
    other = PatientFactory(facility=facility)
    desk.get(reverse("patients:edit", args=[patient.pk]))
    desk.get(reverse("scheduling:patient-merge", args=[patient.pk, other.pk]))
    assert logged() == [
        ("patient form", patient.pk),
        ("merge", patient.pk),
        ("merge", other.pk),
    ]


def test_a_form_that_comes_back_has_shown_the_record_and_a_saved_one_has_not(desk, patient):
    url = reverse("patients:edit", args=[patient.pk])
    assert desk.post(url, {"given_name": ""}).status_code == 422
    assert logged() == [("patient form", patient.pk)]
    desk.post(reverse("scheduling:patient-contact", args=[patient.pk]), {"note": ""})
    assert logged()[1:] == [("patient page", patient.pk)]


def test_an_appointment_and_its_slip_are_logged(desk, facility, patient):
    visit = AppointmentFactory(facility=facility, patient=patient)
    desk.get(visit.get_absolute_url())
    desk.get(reverse("scheduling:slip", args=[visit.pk]))
    assert logged() == [("appointment", patient.pk), ("slip", patient.pk)]


def test_the_api_logs_what_its_answers_carry(facility, patient):
    desk = api(staff_of(facility))
    other = PatientFactory(facility=facility)
    read = desk.get(f"/api/v1/patients/{patient.pk}")
    desk.get("/api/v1/patients")
    desk.patch(
        f"/api/v1/patients/{patient.pk}", {"city": "Omaha"}, headers={"if-match": read["ETag"]}
    )
    assert logged() == [
        ("patient", patient.pk),
        ("patient list", patient.pk),
        ("patient list", other.pk),
        ("patient", patient.pk),
    ]


def test_a_row_of_the_api_names_the_account_of_the_token(facility, patient):
    person = staff_of(facility)
    api(person).get(f"/api/v1/patients/{patient.pk}")
    event = AccessEvent.objects.get()
    assert (event.user_id, event.role) == (person.pk, "receptionist")
    assert event.route == "api-v1:patients-detail"


def test_an_answer_repeated_for_its_key_is_logged_again(facility):
    desk = api(staff_of(facility))
    who = {"given_name": "Ruben", "family_name": "Oakmere", "date_of_birth": "1990-06-01"}
    for _ in range(2):
        made = desk.post(
            "/api/v1/patients",
            who | {"facility_id": facility.pk},
            headers={"idempotency-key": "a-key"},
        )
        assert made.status_code == 201, made.json()
    assert logged() == [("patient", made.json()["id"])] * 2


def test_the_api_logs_appointments_and_whose_they_are(facility, patient):
    visit = AppointmentFactory(facility=facility, patient=patient)
    desk = api(staff_of(facility))
    desk.get(f"/api/v1/appointments/{visit.pk}")
    desk.get("/api/v1/appointments")
    assert logged() == [("appointment", patient.pk), ("appointment list", patient.pk)]


def test_a_tombstone_shows_nothing(facility, patient):
    gone = PatientFactory(facility=facility, is_active=False, merged_into=patient)
    desk = api(staff_of(facility))
    answer = desk.get("/api/v1/patients?updated_since=2020-01-01T00:00:00Z").json()
    assert {"id": gone.pk, "deleted": True} in answer["results"]
    assert logged() == [("patient list", patient.pk)]


@pytest.mark.parametrize("page", ["change", "history", "delete"])
def test_the_admin_logs_each_page_of_a_record(client, patient, page):
    client.force_login(UserFactory(role="admin"))
    url = reverse(f"admin:patients_patient_{page}", args=[patient.pk])
    assert client.get(url).status_code == 200
    assert logged() == [("admin", patient.pk)]


def test_the_admin_logs_an_appointment(client, facility, patient):
    visit = AppointmentFactory(facility=facility, patient=patient)
    client.force_login(UserFactory(role="admin"))
    client.get(reverse("admin:scheduling_appointment_change", args=[visit.pk]))
    assert logged() == [("admin", patient.pk)]


def test_who_is_refused_has_seen_nothing(client, patient):
    client.force_login(staff_of(FacilityFactory()))
    assert client.get(patient.get_absolute_url()).status_code == 404
    assert api(UserFactory(role="nurse")).get(f"/api/v1/patients/{patient.pk}").status_code == 404
    assert logged() == []


def test_an_answer_that_leads_elsewhere_has_shown_nothing(client, patient):
    client.force_login(UserFactory(role="admin"))
    url = reverse("admin:patients_patient_delete", args=[patient.pk])
    assert client.post(url, {"post": "yes"}).status_code == 302
    assert logged() == []


@pytest.mark.parametrize("status", [302, 304, 400, 403, 404, 405, 500, 503])
def test_other_refusals_and_failures_show_nothing(status):
    assert not reading.shows_something(status)


def test_a_change_that_the_api_refuses_has_shown_nothing(api_of_the_desk, patient):
    there = f"/api/v1/patients/{patient.pk}"
    stale = api_of_the_desk.patch(there, {"city": "Omaha"}, headers={"if-match": '"x.y"'})
    assert stale.status_code == 412
    refused = api_of_the_desk.post(f"{there}/unmerge")
    assert refused.status_code == 409
    assert logged() == []


def test_pages_of_nobody_log_nothing(desk, facility):
    desk.get(reverse("patients:list"))
    desk.get(reverse("scheduling:board", args=[facility.pk]))
    assert logged() == []


def test_the_log_costs_one_statement_however_many_are_shown(facility, django_assert_num_queries):
    desk = api(staff_of(facility))
    for count in (2, 20):
        PatientFactory.create_batch(count, facility=facility)
        with django_assert_num_queries(4):
            desk.get("/api/v1/patients")
    assert AccessEvent.objects.count() == 24


@pytest.mark.parametrize("path", ["/patients/{}/", "/api/v1/patients/{}"])
def test_what_cannot_be_logged_is_not_shown(facility, patient, path, monkeypatch):
    monkeypatch.setattr(reading, "WRITE", "SELECT pg_sleep(10), %(user)s")
    client = Client() if path.startswith("/p") else api(staff_of(facility))
    if path.startswith("/p"):
        client.force_login(staff_of(facility))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '200ms'")
    answer = client.get(path.format(patient.pk))
    assert answer.status_code == 503
    assert patient.family_name not in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("unix:", ""),
    ],
)
def test_of_the_client_only_its_network_is_kept(address, network):
    assert reading.network(address) == network


def test_a_merge_by_the_api_shows_both_records_and_no_third(api_of_the_desk, facility):
    away, kept = (PatientFactory(facility=facility) for _ in range(2))
    answer = api_of_the_desk.post(f"/api/v1/patients/{away.pk}/merge", {"into_id": kept.pk})
    assert answer.status_code == 200, answer.json()
    shown = AccessEvent.objects.values_list("patient_id", flat=True)
    assert set(shown) == {away.pk, kept.pk}


def test_likely_duplicates_by_the_api_are_shown(api_of_the_desk, facility):
    known = PatientFactory(
        facility=facility, given_name="Ada", family_name="Quint", date_of_birth="1980-02-29"
    )
    asked = {"given_name": "Ada", "family_name": "Quint", "date_of_birth": "1980-02-29"}
    answer = api_of_the_desk.post("/api/v1/patients/likely-duplicates", asked)
    assert [each["id"] for each in answer.json()["likely_duplicates"]] == [known.pk]
    assert [event.patient_id for event in AccessEvent.objects.all()] == [known.pk]


@pytest.fixture
def api_of_the_desk(facility):
    return api(staff_of(facility, "receptionist"))
