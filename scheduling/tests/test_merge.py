"""Two records of one patient become one, with all that scheduling knows of them, and two again."""

import threading
from collections import Counter

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.tests.factories import UserFactory
from facilities.models import CareType
from facilities.tests.factories import FacilityFactory
from patients.models import Patient, PatientIdentifier, PatientMerge
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment, WaitlistEntry
from scheduling.openings import Slot
from scheduling.tests.factories import (
    AppointmentFactory,
    WaitlistEntryFactory,
    in_days,
)

pytestmark = pytest.mark.django_db

CONTACT = {"phone": "+14025550142", "email": "one@example.org", "city": "Omaha", "state": "NE"}


@pytest.fixture
def facility():
    return FacilityFactory(capacity=2)


@pytest.fixture
def double(facility):
    return PatientFactory(facility=facility, gender="female", language="es", **CONTACT)


@pytest.fixture
def kept():
    return PatientFactory(language="en")


def merge(patient, into, **versions):
    return PatientMerge.objects.merge(patient, into=into, by=None, **versions)


def stored(model, row):
    """Return all that the database holds of a row, but for when it was last touched."""
    (values,) = model.objects.filter(pk=row.pk).values()
    return {name: v for name, v in values.items() if name not in ("updated_at", "version")}


def everything_of(patient, facility):
    """Give the patient a row of each kind that refers to one."""
    visit = AppointmentFactory(patient=patient, facility=facility)
    cancelled = AppointmentFactory(
        patient=patient, facility=facility, starts_at=in_days(2, 9, facility=facility)
    )
    cancelled.cancel("Not needed", by=None)
    waiting = WaitlistEntryFactory(patient=patient, facility=facility)
    heart = CareType.objects.create(name="Cardiology")
    ended = WaitlistEntryFactory(patient=patient, care_type=heart)
    starts_at, ends_at = (in_days(3, 9, minute, facility=facility) for minute in (0, 30))
    booked = ended.book(Slot(visit.doctor, facility, starts_at, ends_at), by=None)
    number = PatientIdentifier.objects.create(patient=patient, system="insurer", value="A-1")
    earlier = PatientFactory(merged_into=patient, is_active=False)
    return [visit, cancelled, booked], [waiting, ended], number, earlier


def test_all_that_refers_to_the_record_goes_over_and_the_empty_is_filled(double, kept, facility):
    visits, entries, number, earlier = everything_of(double, facility)
    record = merge(double, kept)
    for row in [*visits, *entries, number]:
        row.refresh_from_db()
        assert row.patient == kept
    earlier.refresh_from_db()
    assert earlier.merged_into == kept
    for patient in (double, kept, facility):
        patient.refresh_from_db()
    assert (double.is_active, double.merged_into, double.email) == (False, kept, "")
    assert {name: getattr(kept, name) for name in CONTACT} == CONTACT
    assert (kept.gender, kept.language, kept.facility) == ("female", "en", facility)
    assert facility.registered_count == 1
    assert record.counts == {
        "patients": 1,
        "patient identifiers": 1,
        "appointments": 3,
        "waitlist entries": 2,
    }
    assert set(record.filled) == {"phone", "email", "city", "state", "gender", "facility_id"}


def test_an_appointment_that_went_over_is_a_change_to_whoever_reads_it(double, kept):
    visit = AppointmentFactory(patient=double)
    merge(double, kept)
    moved = Appointment.objects.get(pk=visit.pk)
    assert moved.version == visit.version + 1
    assert moved.updated_at > visit.updated_at


def test_undo_puts_everything_where_it_was(double, kept, facility):
    account = UserFactory(role="patient")
    double.user = account
    double.save()
    visits, entries, number, earlier = everything_of(double, facility)
    rows = [
        *((Patient, each) for each in (double, kept, earlier)),
        *((Appointment, each) for each in visits),
        *((WaitlistEntry, each) for each in entries),
        (PatientIdentifier, number),
    ]
    before = [stored(*row) for row in rows]
    record = merge(double, kept)
    assert Patient.objects.get(user=account) == kept
    assert [stored(*row) for row in rows] != before
    PatientMerge.objects.in_force_of(double).undo(by=None)
    assert [stored(*row) for row in rows] == before
    record.refresh_from_db()
    assert record.undone_at
    facility.refresh_from_db()
    assert facility.registered_count == 1


def test_undo_leaves_with_the_other_what_was_theirs_or_came_since(double, kept):
    own = AppointmentFactory(patient=kept)
    came = AppointmentFactory(patient=double, starts_at=in_days(2, 9, facility=own.facility))
    record = merge(double, kept)
    kept.refresh_from_db()
    since = AppointmentFactory(patient=kept, starts_at=in_days(3, 9, facility=own.facility))
    kept.phone = "+14025550199"
    kept.save()
    record.undo(by=None)
    visits = {visit.pk: visit.patient for visit in Appointment.objects.all()}
    assert visits == {own.pk: kept, since.pk: kept, came.pk: double}
    kept.refresh_from_db()
    assert kept.phone == "+14025550199"


def test_a_record_that_was_closed_before_is_closed_after_the_undo(double, kept, facility):
    visit = AppointmentFactory(patient=double, facility=facility)
    visit.cancel("Moved away", by=None)
    double.refresh_from_db()
    double.close()
    PatientFactory.create_batch(2, facility=facility)
    kept.facility = FacilityFactory()
    kept.save()
    record = merge(double, kept)
    record.undo(by=None)
    double.refresh_from_db()
    visit.refresh_from_db()
    assert (double.is_active, double.facility, visit.patient) == (False, facility, double)


def test_two_visits_at_one_time_stand_against_it_and_the_one_to_move_is_named(double, kept):
    theirs = AppointmentFactory(patient=kept)
    AppointmentFactory(patient=double, starts_at=in_days(5, 9, facility=theirs.facility))
    clash = AppointmentFactory(patient=double, starts_at=theirs.starts_at)
    with pytest.raises(ValidationError) as refused:
        merge(double, kept)
    assert refused.value.code == "patient_busy"
    assert f"The appointment “{clash}” cannot go over" in refused.value.messages[0]
    assert not PatientMerge.objects.exists()
    double.refresh_from_db()
    assert double.is_active
    clash.reschedule(starts_at=in_days(3, 9, facility=clash.facility), by=None)
    assert merge(double, kept).counts["appointments"] == 2


def test_two_open_entries_for_the_same_care_stand_against_it(double, kept, facility):
    entries = [WaitlistEntryFactory(patient=each, facility=facility) for each in (double, kept)]
    with pytest.raises(ValidationError, match="waitlist entry") as refused:
        merge(double, kept)
    assert refused.value.code == "waits_already"
    entries[0].remove("Twice on the list", by=None)
    assert merge(double, kept).counts == {"waitlist entries": 1}


def test_what_cannot_be_merged_is_refused_and_says_why(double, kept):
    closed, died = PatientFactory(is_active=False), PatientFactory()
    died.is_active, died.deceased_on = False, "2026-01-01"
    died.save()
    for patient, into, code in [
        (double, double, "itself"),
        (double, closed, "into_closed"),
        (died, kept, "deceased"),
    ]:
        with pytest.raises(ValidationError) as refused:
            merge(patient, into)
        assert refused.value.code == code
    merge(double, kept)
    with pytest.raises(ValidationError) as refused:
        merge(double, PatientFactory())
    assert refused.value.code == "merged_already"


def test_a_record_that_has_changed_since_it_was_read_is_not_merged(double, kept):
    kept.city = "Lincoln"
    kept.save()
    with pytest.raises(ValidationError) as refused:
        merge(double, kept, version=double.version, into_version=kept.version - 1)
    assert refused.value.code == "stale"
    merge(double, kept, version=double.version, into_version=kept.version)


def test_merges_are_undone_in_the_order_of_their_making(double, kept):
    last = PatientFactory()
    visit = AppointmentFactory(patient=double)
    first, second = merge(double, kept), merge(kept, last)
    with pytest.raises(ValidationError) as refused:
        first.undo(by=None)
    assert refused.value.code == "into_merged"
    second.undo(by=None)
    first = PatientMerge.objects.in_force_of(double)
    first.undo(by=None)
    visit.refresh_from_db()
    assert visit.patient == double
    for done in (first, second):
        with pytest.raises(ValidationError) as refused:
            done.undo(by=None)
        assert refused.value.code == "not_merged"


@pytest.mark.django_db(transaction=True)
def test_of_two_merges_of_the_same_two_records_one_happens():
    pairs = [PatientFactory.create_batch(2) for _ in range(20)]
    outcomes, together = [], threading.Barrier(2, timeout=20)

    def press(turn):
        try:
            for pair in pairs:
                patient, into = Patient.objects.filter(pk__in=[p.pk for p in pair]).order_by(turn)
                together.wait()
                try:
                    merge(patient, into)
                    outcomes.append("merged")
                except ValidationError as error:
                    outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(turn,)) for turn in ("pk", "-pk")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(outcomes) == {"merged": 20, "into_closed": 20}
    assert Patient.objects.active().count() == 20
