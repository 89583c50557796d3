"""The contact log on a patient's page: added to, corrected by striking, never changed."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import UserFactory
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import ContactEntry, PatientMerge
from patients.tests.factories import PatientFactory

pytestmark = pytest.mark.django_db

CALL = {"channel": "phone", "direction": "in", "at": "", "note": "Asks for an earlier time."}


@pytest.fixture
def facility():
    return FacilityFactory()


@pytest.fixture
def user(facility, client: Client):
    user = staff_of(facility, full_name="Front Desk")
    client.force_login(user)
    return user


@pytest.fixture
def patient(facility):
    return PatientFactory(facility=facility)


def url(patient):
    return reverse("scheduling:patient-contact", args=[patient.pk])


def entry_of(patient, by, note="Called back."):
    entry = ContactEntry(patient=patient, by=by, note=note)
    entry.add()
    return entry


def test_an_entry_says_who_when_and_how(client, user, patient):
    answer = client.post(url(patient), CALL, follow=True)
    page = answer.content.decode()
    entry = ContactEntry.objects.get()
    assert (entry.by, entry.patient, entry.channel) == (user, patient, "phone")
    assert timezone.now() - entry.at < timedelta(minutes=1)
    for words in ("Asks for an earlier time.", "Front Desk", "Phone, from the patient"):
        assert words in page


def test_the_time_is_on_the_facilitys_clock(client, user, patient, facility):
    client.post(url(patient), CALL | {"at": "2026-01-05T09:30"})
    at = ContactEntry.objects.get().at.astimezone(facility.tz)
    assert (at.day, at.hour, at.minute) == (5, 9, 30)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"note": ""}, "This field is required"),
        ({"note": "x" * 501}, "at most 500 characters"),
        ({"at": "2099-01-01T09:00"}, "lies ahead"),
        ({"channel": "pigeon"}, "pigeon is not one"),
    ],
)
def test_a_refused_entry_keeps_what_was_typed(client, user, patient, wrong, words):
    answer = client.post(url(patient), CALL | {"note": "Kept words"} | wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert wrong.get("note", "Kept words") in page
    assert not ContactEntry.objects.exists()


def test_a_correction_strikes_the_older_entry(client, user, patient):
    older = entry_of(patient, user)
    form = client.get(patient.get_absolute_url(), {"correct": older.pk}).content.decode()
    assert f'name="strikes" value="{older.pk}"' in form
    assert "Called back.</textarea>" in form
    client.post(url(patient), CALL | {"note": "Wrote back.", "strikes": older.pk})
    page = client.get(patient.get_absolute_url()).content.decode()
    assert "<s>Called back.</s>" in page
    assert "Struck by Front Desk" in page
    assert f"?correct={older.pk}" not in page
    again = client.post(url(patient), CALL | {"strikes": older.pk})
    assert again.status_code == 409
    assert "Somebody has corrected this entry already" in again.content.decode()
    assert ContactEntry.objects.count() == 2


def test_a_button_pressed_twice_writes_one_entry(client, user, patient):
    for _ in range(2):
        page = client.post(url(patient), CALL, follow=True)
        assert "Noted in the contact log." in page.content.decode()
    older = ContactEntry.objects.get()
    for _ in range(2):
        sent = CALL | {"note": "Asks for a later time.", "strikes": older.pk}
        assert client.post(url(patient), sent).status_code == 302
    assert ContactEntry.objects.count() == 2


@pytest.mark.parametrize(
    "other",
    [
        {"note": "No answer."},
        {"channel": "email"},
        {"direction": "out"},
        {"at": "2026-01-05T09:30"},
    ],
)
def test_what_differs_is_an_entry_of_its_own(client, user, patient, other):
    client.post(url(patient), CALL)
    client.post(url(patient), CALL | other)
    assert ContactEntry.objects.count() == 2


def test_the_same_from_a_colleague_or_later_is_an_entry_of_its_own(client, user, patient):
    at = timezone.now() - timedelta(minutes=2)
    words = {"patient": patient, "by": user, "note": CALL["note"]}
    ContactEntry.objects.bulk_create([ContactEntry(at=at, **words)])
    assert ContactEntry(**words).add()
    assert ContactEntry(**words | {"by": UserFactory()}).add()
    assert not ContactEntry(**words).add()


def test_an_entry_cannot_be_changed_or_deleted(user, patient):
    entry = entry_of(patient, user)
    for write in (
        lambda: ContactEntry.objects.update(note="Other"),
        lambda: ContactEntry.objects.update(by=UserFactory()),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()
    with pytest.raises(DatabaseError), transaction.atomic():
        entry.delete()
    entry.refresh_from_db()
    assert entry.note == "Called back."


def test_an_entry_of_another_patient_is_not_struck(user, patient):
    other = entry_of(PatientFactory(), user)
    with pytest.raises(ValidationError):
        ContactEntry(patient=patient, by=user, note="x", strikes=other).add()


def test_a_merge_takes_the_log_along_and_its_undo_gives_it_back(user, patient, facility):
    other = PatientFactory(facility=facility)
    entry = entry_of(patient, user)
    record = PatientMerge.objects.merge(patient, into=other, by=user)
    entry.refresh_from_db()
    assert (entry.patient, record.counts) == (other, {"contact entries": 1})
    record.undo(by=user)
    entry.refresh_from_db()
    assert entry.patient == patient


def test_another_facilitys_patient_is_not_found(client, user):
    assert client.post(url(PatientFactory(facility=FacilityFactory())), CALL).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [("nurse", 302), ("doctor", 302), ("admin", 302), ("patient", 403)]
)
def test_the_staff_write_and_patients_do_not(client, facility, patient, role, status):
    client.force_login(staff_of(facility, role=role))
    assert client.post(url(patient), CALL).status_code == status
    assert client.get(url(patient)).status_code in (403, 405)


def test_the_log_is_visible_to_who_sees_the_patient(user, patient):
    entry = entry_of(patient, user)
    stranger = staff_of(FacilityFactory())
    assert list(ContactEntry.objects.visible_to(user)) == [entry]
    assert not ContactEntry.objects.visible_to(stranger).exists()
    assert not ContactEntry.objects.visible_to(UserFactory(role="patient")).exists()
    assert ContactEntry.objects.visible_to(UserFactory(role="admin")).exists()


def test_the_admin_shows_the_log_to_be_read(client, user, patient):
    entry = entry_of(patient, user)
    client.force_login(UserFactory(role="admin"))
    there = reverse("admin:patients_contactentry_change", args=[entry.pk])
    page = client.get(there)
    assert page.status_code == 200
    assert client.post(there, {"note": "Other"}).status_code == 403
    assert client.get(reverse("admin:patients_contactentry_changelist")).status_code == 200
