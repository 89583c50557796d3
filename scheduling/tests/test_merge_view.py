"""Merging at the desk: side by side, a choice per field, refused where visits overlap, undone."""

import pytest
from django.test import Client
from django.urls import reverse

from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient, PatientMerge
from patients.tests.factories import PatientFactory
from scheduling.tests.factories import AppointmentFactory, WaitlistEntryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def facility():
    return FacilityFactory()


@pytest.fixture
def user(facility, client: Client):
    user = staff_of(facility, full_name="Front Desk")
    client.force_login(user)
    return user


@pytest.fixture
def closes(facility):
    return PatientFactory(
        facility=facility,
        given_name="Rubben",
        phone="+14025550142",
        email="one@example.org",
        date_of_birth="1990-06-01",
        address_line="1 Elm",
        city="Omaha",
    )


@pytest.fixture
def stays(facility):
    return PatientFactory(
        facility=facility,
        given_name="Ruben",
        phone="+14025550199",
        email="two@example.org",
        date_of_birth="1990-01-06",
        address_line="2 Oak",
        city="Lincoln",
        language="en",
    )


def url(stays, closes):
    return reverse("scheduling:patient-merge", args=[stays.pk, closes.pk])


def undo_url(record):
    return reverse("scheduling:patient-unmerge", args=[record.pk])


def choice(page, name):
    return next(row.chosen for row in page.context["sheet"].rows if row.name == name)


def stored(patient):
    (values,) = Patient.objects.filter(pk=patient.pk).values()
    return {name: v for name, v in values.items() if name not in ("updated_at", "version")}


def test_the_page_shows_what_differs_and_what_goes_over(client, user, stays, closes, facility):
    AppointmentFactory(patient=closes, facility=facility)
    WaitlistEntryFactory(patient=closes, facility=facility)
    page = client.get(url(stays, closes))
    text = page.content.decode()
    assert "1 appointments, 1 waitlist entries" in text
    assert text.count('class="differs"') == 7
    assert 'name="use_given_name"' in text
    assert 'name="use_language"' in text
    assert 'name="use_facility_id"' not in text


def test_the_fuller_and_the_newer_value_is_chosen_to_begin_with(client, user, stays, closes):
    stays.save()
    page = client.get(url(stays, closes))
    assert choice(page, "language") == choice(page, "given_name") == stays.pk
    closes.save()
    assert choice(client.get(url(stays, closes)), "given_name") == closes.pk
    assert choice(client.get(url(stays, closes)), "language") == stays.pk


def test_the_chosen_values_stay_and_the_undo_restores_both(client, user, stays, closes):
    before = [stored(each) for each in (stays, closes)]
    took = {f"use_{n}": closes.pk for n in ("given_name", "date_of_birth", "email", "address_line")}
    answer = client.post(url(stays, closes), took | {"use_phone": stays.pk}, follow=True)
    stays.refresh_from_db()
    assert (stays.given_name, str(stays.date_of_birth)) == ("Rubben", "1990-06-01")
    assert (stays.email, str(stays.phone)) == ("one@example.org", "+14025550199")
    assert (stays.address_line, stays.city) == ("1 Elm", "Omaha")
    record = PatientMerge.objects.get()
    assert record.by == user
    text = answer.content.decode()
    assert text.count(f'action="{undo_url(record)}"') == 2  # in the toast and on the page
    assert "was merged into this record" in text
    closed = client.get(closes.get_absolute_url()).content.decode()
    assert f"MRN {stays.mrn}" in closed
    assert client.post(undo_url(record)).status_code == 302
    assert [stored(each) for each in (stays, closes)] == before


def test_the_undo_keeps_what_was_changed_since(client, user, stays, closes):
    client.post(url(stays, closes), {"use_given_name": closes.pk, "use_address_line": closes.pk})
    stays.refresh_from_db()
    stays.given_name = "Later"
    stays.save()
    client.post(undo_url(PatientMerge.objects.get()))
    stays.refresh_from_db()
    assert (stays.given_name, stays.address_line) == ("Later", "2 Oak")


def test_the_two_are_swapped_and_the_choices_stay(client, user, stays, closes):
    chosen = {"swap": "1", "use_given_name": closes.pk, "use_phone": stays.pk}
    page = client.post(url(closes, stays), chosen)
    assert (page.status_code, page.context["sheet"].stays) == (200, closes)
    assert (choice(page, "given_name"), choice(page, "phone")) == (closes.pk, stays.pk)
    assert not PatientMerge.objects.exists()


def test_visits_at_one_time_are_named_and_refused(client, user, stays, closes, facility):
    theirs = AppointmentFactory(patient=stays, facility=facility)
    clash = AppointmentFactory(patient=closes, facility=facility, starts_at=theirs.starts_at)
    page = client.get(url(stays, closes)).content.decode()
    assert "appointments at the same time" in page
    assert clash.get_absolute_url() in page
    assert "disabled" in page
    answer = client.post(url(stays, closes), {"use_phone": closes.pk})
    assert answer.status_code == 409
    assert "cannot go over" in answer.content.decode()
    assert choice(answer, "phone") == closes.pk
    assert not PatientMerge.objects.exists()


def test_of_visits_at_one_time_elsewhere_only_their_number_is_told(client, user, stays, closes):
    there = FacilityFactory(name="Farside")
    theirs = AppointmentFactory(patient=stays, facility=there)
    AppointmentFactory(patient=closes, facility=there, starts_at=theirs.starts_at)
    page = client.get(url(stays, closes)).content.decode()
    assert "1 appointment clashes at a facility that you do not see" in page
    assert "Ask an administrator" in page
    assert "disabled" in page
    for secret in ("Farside", theirs.doctor.name, f"{theirs.starts_at:%b %-d}", "/appointments/"):
        assert secret not in page.split('class="notice notice-refused"')[1].split("</div>")[0]
    refused = client.post(url(stays, closes))
    assert refused.status_code == 409
    assert "One appointment at a facility that you do not see" in refused.context["refusal"][0]
    assert theirs.doctor.name not in refused.content.decode()
    client.force_login(staff_of(there, role="admin"))
    assert "Farside" in client.get(url(stays, closes)).content.decode()


def test_a_visit_here_does_not_tell_when_the_other_one_elsewhere_is(
    client, user, stays, closes, facility
):
    there = FacilityFactory(name="Farside")
    here = AppointmentFactory(patient=closes, facility=facility)
    AppointmentFactory(patient=stays, facility=there, starts_at=here.starts_at)
    page = client.get(url(stays, closes)).content.decode()
    assert "1 appointment clashes at a facility that you do not see" in page
    assert here.get_absolute_url() not in page
    assert client.post(url(stays, closes)).status_code == 409


def test_a_record_that_changed_meanwhile_is_shown_again(client, user, stays, closes):
    seen = {f"version_{each.pk}": each.version for each in (stays, closes)}
    Patient.objects.filter(pk=closes.pk).update(city="New")
    answer = client.post(url(stays, closes), seen)
    assert answer.status_code == 409
    assert "Somebody else has changed" in answer.content.decode()
    assert not PatientMerge.objects.exists()
    fresh = {f"version_{each.pk}": each.version for each in Patient.objects.all()}
    assert client.post(url(stays, closes), fresh).status_code == 302


def test_an_undo_that_is_refused_says_why_on_the_page(client, user, stays, closes, facility):
    client.post(url(stays, closes))
    client.post(url(PatientFactory(facility=facility), stays))
    answer = client.post(undo_url(PatientMerge.objects.get(merged=closes)))
    assert answer.status_code == 409
    assert "Undo that merge first" in answer.content.decode()


@pytest.mark.parametrize(
    ("role", "sees", "merges"),
    [("receptionist", 200, 302), ("nurse", 200, 403), ("doctor", 200, 403), ("patient", 403, 403)],
)
def test_a_role_reaches_what_it_may(client, facility, stays, closes, role, sees, merges):
    client.force_login(staff_of(facility, role=role))
    page = client.get(url(stays, closes))
    assert page.status_code == sees
    assert (b'name="use_phone"' in page.content) is (merges == 302)
    assert client.post(url(stays, closes)).status_code == merges
    if merges == 403:
        record = PatientMerge.objects.merge(closes, into=stays, by=None)
        assert client.post(undo_url(record)).status_code == 403


def test_another_facilitys_record_is_not_found(client, user, stays, facility):
    other = PatientFactory(facility=FacilityFactory())
    for pair in ((stays, other), (other, stays), (stays, stays)):
        assert client.get(url(*pair)).status_code == client.post(url(*pair)).status_code == 404
    third = PatientFactory(facility=other.facility)
    record = PatientMerge.objects.merge(other, into=third, by=None)
    assert client.post(undo_url(record)).status_code == 404


def test_the_wrong_method_is_refused(client, user, stays, closes):
    assert client.delete(url(stays, closes)).status_code == 405
    assert client.get(undo_url(PatientMerge(pk=1))).status_code == 405
