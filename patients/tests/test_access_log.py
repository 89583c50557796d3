"""The access log as administrators read it."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import UserFactory
from audit.models import AccessEvent
from audit.tests.rows import past_the_triggers, seen
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory

pytestmark = pytest.mark.django_db

LOG, CSV = reverse("patients:access-log"), reverse("patients:access-log-csv")


@pytest.fixture
def patient() -> Patient:
    return PatientFactory(given_name="Zélie", family_name="Quint", facility=FacilityFactory())


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(UserFactory(role="admin", username="chief"))
    return client


def by(patient: Patient) -> str:
    return reverse("patients:seen-by", args=[patient.pk])


def dated(event: AccessEvent, at: datetime) -> None:
    with past_the_triggers():
        AccessEvent.objects.filter(pk=event.pk).update(at=at)


def shown(client: Client, query: str = "") -> list[int]:
    return [event.pk for event in client.get(f"{LOG}{query}").context["events"]]


def test_the_log_names_who_saw_whom_and_what(admin, patient):
    seen(patient.pk, name="Person Known", reason="A call", break_glass=4)
    page = admin.get(LOG).content.decode()
    for words in ("Person Known", "Nurse", "Zélie Quint", patient.mrn, "Patient page", "A call"):
        assert words in page
    assert "Emergency access 4" in page
    assert by(patient) in page


def test_a_record_that_is_gone_is_named_by_its_number(admin):
    seen(999)
    assert "Deleted record 999" in admin.get(LOG).content.decode()


def test_the_form_becomes_an_address_without_a_name(admin, patient):
    nurse = UserFactory(username="nia")
    typed = {"mrn": patient.mrn, "username": "NIA", "first": "2026-01-05", "last": ""}
    answer = admin.post(LOG, typed)
    wanted = f"{LOG}?patient={patient.pk}&user={nurse.pk}&first=2026-01-05"
    assert (answer.status_code, answer["Location"]) == (302, wanted)
    again = admin.get(wanted).content.decode()
    assert f'value="{patient.mrn}"' in again
    assert 'value="nia"' in again


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"mrn": "none"}, "No patient has this MRN."),
        ({"username": "nobody"}, "No account has this name."),
        ({"first": "2026-02-01", "last": "2026-01-01"}, "must not lie before the first"),
    ],
)
def test_what_names_nothing_is_refused_and_kept(admin, typed, words):
    answer = admin.post(LOG, typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert all(f'value="{value}"' in page for value in typed.values())


def test_it_shows_one_patient_one_account_or_some_days(admin, patient):
    other = PatientFactory()
    first = seen(patient.pk, user=7)
    second = seen(other.pk, user=8)
    dated(first, datetime(2026, 1, 5, 5, 59, tzinfo=UTC))  # the 4th in Chicago
    dated(second, datetime(2026, 1, 5, 6, 0, tzinfo=UTC))
    assert shown(admin, f"?patient={patient.pk}") == [first.pk]
    assert shown(admin, "?user=8") == [second.pk]
    assert shown(admin, "?first=2026-01-05&last=2026-01-05") == [second.pk]
    assert shown(admin, "?last=2026-01-04") == [first.pk]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", [2, 1, 0]),
        ("when", [0, 1, 2]),
        ("who", [1, 0, 2]),
        ("-who", [2, 0, 1]),
        ("what", [2, 0, 1]),
        ("patient", [0, 2, 1]),
        ("id", [2, 1, 0]),
    ],
)
def test_it_is_sorted_by_what_is_pressed(admin, sort, order):
    rows = [
        seen(1, name="Mara", what="patient page"),
        seen(3, name="Ada", what="slip"),
        seen(2, name="Zoe", what="appointment"),
    ]
    assert shown(admin, f"?sort={sort}") == [rows[n].pk for n in order]


def test_a_heading_turns_the_order_and_keeps_what_was_asked_for(admin):
    seen(5)
    page = admin.get(f"{LOG}?patient=5&sort=who").content.decode()
    assert "?patient=5&amp;sort=-who" in page
    assert 'aria-sort="ascending"' in page


@pytest.mark.parametrize(
    "query", ["patient=x", "user=0", "after=-1", "after=7", "patient=9999999999"]
)
def test_an_address_that_names_nothing_is_not_found(admin, query):
    assert admin.get(f"{LOG}?{query}").status_code == 404


def test_days_that_are_none_are_refused(admin):
    assert admin.get(f"{LOG}?first=soon").status_code == 400
    assert admin.get(f"{CSV}?first=soon").status_code == 400


def test_the_queries_do_not_grow_with_rows(admin, django_assert_num_queries):
    for count in (2, 20):
        for patient in PatientFactory.create_batch(count):
            seen(patient.pk)
        with django_assert_num_queries(5):
            admin.get(LOG)


def test_the_file_holds_what_was_asked_for(admin, patient):
    event = seen(patient.pk, reason="A call")
    seen(patient.pk + 1)
    answer = admin.get(f"{CSV}?patient={patient.pk}")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["id"] == str(event.pk)
    assert row["at"] == event.at.isoformat()
    assert (row["patient_id"], row["reason"]) == (str(patient.pk), "A call")
    assert row["break_glass"] == ""
    assert answer["Content-Disposition"] == 'attachment; filename="access-log.csv"'


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_file_is_a_formula(admin, sign):
    seen(1, name=f"{sign}cmd|'/c calc'!A0", reason=f"{sign}1")
    text = b"".join(admin.get(CSV).streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["user_name"] == f"'{sign}cmd|'/c calc'!A0"
    assert row["reason"] == f"'{sign}1"


def test_a_long_file_holds_each_row_once(admin, monkeypatch):
    monkeypatch.setattr("patients.access_views.AT_ONCE", 3)
    rows = [seen(patient) for patient in range(1, 8)]
    text = b"".join(admin.get(CSV).streaming_content).decode("utf-8-sig")
    found = [int(row["id"]) for row in csv.DictReader(io.StringIO(text))]
    assert found == [row.pk for row in reversed(rows)]


def test_who_saw_a_record_is_a_page_of_its_own(admin, patient):
    seen(patient.pk, name="Person Known")
    seen(patient.pk + 1, name="Person Elsewhere")
    page = admin.get(by(patient)).content.decode()
    assert "Person Known" in page
    assert "Person Elsewhere" not in page
    assert patient.mrn in page
    assert AccessEvent.objects.latest("pk").what == "disclosures"
    assert AccessEvent.objects.latest("pk").patient_id == patient.pk


def test_it_tells_of_the_records_that_were_merged_into_it(admin, patient):
    merged = PatientFactory(merged_into=patient, is_active=False)
    seen(merged.pk, name="Person Earlier")
    assert "Person Earlier" in admin.get(by(patient)).content.decode()


def test_it_shows_the_days_asked_for_on_the_clock_of_the_facility(admin, patient):
    event = seen(patient.pk, name="Person Known")
    dated(event, datetime(2026, 1, 5, 5, 59, tzinfo=UTC))
    page = admin.get(f"{by(patient)}?first=2026-01-04&last=2026-01-04").content.decode()
    assert "Jan 4, 2026, 11:59 PM CST" in page
    assert "Person Known" not in admin.get(f"{by(patient)}?first=2026-01-05").content.decode()
    wrong = admin.get(f"{by(patient)}?first=2026-02-01&last=2026-01-01")
    assert wrong.status_code == 422
    assert "must not lie before the first" in wrong.content.decode()


def test_the_queries_of_a_record_do_not_grow_with_rows(admin, patient, django_assert_num_queries):
    for count in (1, 30):
        for _ in range(count):
            seen(patient.pk)
        with django_assert_num_queries(6):
            admin.get(by(patient))


@pytest.mark.parametrize("role", ["receptionist", "doctor", "nurse", "patient"])
def test_only_administrators_read_the_log(client, patient, role):
    client.force_login(staff_of(patient.facility, role=role))
    for url in (LOG, CSV, by(patient)):
        assert client.get(url).status_code == 403
    page = client.get(patient.get_absolute_url()).content.decode()
    assert "Who saw this record" not in page
    assert LOG not in page


def test_administrators_are_led_to_it(admin, patient):
    page = admin.get(patient.get_absolute_url()).content.decode()
    assert by(patient) in page
    assert LOG in page


def test_other_methods_are_refused(admin, patient):
    assert admin.post(CSV).status_code == 405
    assert admin.post(by(patient)).status_code == 405
    assert admin.delete(LOG).status_code == 405
    assert admin.get(reverse("patients:seen-by", args=[0])).status_code == 404


def test_who_is_not_signed_in_is_asked_to(client, patient):
    for url in (LOG, CSV, by(patient)):
        assert client.get(url).status_code == 302
