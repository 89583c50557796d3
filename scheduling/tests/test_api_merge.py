import pytest

from facilities.tests.api import api
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient, PatientMerge
from patients.tests.factories import PatientFactory
from scheduling.tests.factories import AppointmentFactory, in_days

URL = "/api/v1/patients"

pytestmark = pytest.mark.django_db


@pytest.fixture
def facility():
    return FacilityFactory()


@pytest.fixture
def desk(facility):
    return api(staff_of(facility, full_name="Front Desk"))


@pytest.fixture
def double(facility):
    return PatientFactory(facility=facility, phone="+14025550142")


@pytest.fixture
def kept(facility):
    return PatientFactory(facility=facility)


def merge(client, patient, into, **more):
    return client.post(f"{URL}/{patient.pk}/merge", {"into_id": into.pk, **more})


def test_two_records_are_merged_and_taken_apart_again(desk, double, kept, facility):
    visit = AppointmentFactory(patient=double, facility=facility)
    merged = merge(desk, double, kept)
    assert merged.status_code == 200, merged.json()
    record = PatientMerge.objects.get()
    assert merged.json() | {"at": None} == {
        "id": record.pk,
        "merged_id": double.pk,
        "merged_name": str(double),
        "into_id": kept.pk,
        "into_name": str(kept),
        "by_name": "Front Desk",
        "at": None,
        "undone_at": None,
        "moved": {"appointments": 1},
        "filled": ["phone"],
    }
    visit.refresh_from_db()
    assert visit.patient == kept
    closed = desk.get(f"{URL}/{double.pk}").json()
    assert (closed["is_active"], closed["merged_into_id"]) == (False, kept.pk)
    changes = desk.get(URL, {"updated_since": "2020-01-01T00:00:00Z"}).json()["results"]
    assert {"id": double.pk, "deleted": True} in changes
    undone = desk.post(f"{URL}/{double.pk}/unmerge")
    assert (undone.status_code, undone.json()["undone_at"] is None) == (200, False)
    visit.refresh_from_db()
    assert visit.patient == double
    assert desk.get(f"{URL}/{double.pk}").json()["merged_into_id"] is None
    again = desk.post(f"{URL}/{double.pk}/unmerge")
    assert (again.status_code, again.json()["code"]) == (409, "not_merged")


def test_visits_at_one_time_are_a_conflict_that_names_the_one_to_move(desk, double, kept, facility):
    theirs = AppointmentFactory(patient=kept, facility=facility)
    clash = AppointmentFactory(
        patient=double, facility=facility, starts_at=in_days(1, 9, facility=facility)
    )
    assert clash.starts_at == theirs.starts_at
    answer = merge(desk, double, kept)
    assert (answer.status_code, answer.json()["code"]) == (409, "patient_busy")
    assert f"“{clash}”" in answer.json()["detail"]
    assert Patient.objects.active().count() == 2


def test_what_stands_against_a_merge_is_a_conflict(desk, double, kept):
    assert merge(desk, double, double).json()["code"] == "itself"
    kept.close()
    closed = merge(desk, double, kept)
    assert (closed.status_code, closed.json()["code"]) == (409, "into_closed")


def test_a_record_that_has_changed_is_not_merged_unread(desk, double, kept):
    stale = merge(desk, double, kept, into_version=kept.version + 1)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert merge(desk, double, kept, version=1, into_version=1).status_code == 200


def test_a_merge_sent_twice_with_one_key_is_made_once(desk, double, kept):
    sent = (f"{URL}/{double.pk}/merge", {"into_id": kept.pk})
    answers = [desk.post(*sent, headers={"Idempotency-Key": "a"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert PatientMerge.objects.count() == 1


def test_only_records_that_the_person_sees_are_merged(desk, double, kept):
    other = PatientFactory(facility=FacilityFactory())
    assert merge(desk, other, kept).status_code == 404
    assert desk.post(f"{URL}/{other.pk}/unmerge").status_code == 404
    refused = merge(desk, double, other)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "into_id")
    unknown = desk.post(f"{URL}/{double.pk}/merge", {"into": kept.pk})
    assert {each["field"] for each in unknown.json()["errors"]} == {"into"}
    assert not PatientMerge.objects.exists()


@pytest.mark.parametrize("role", ["doctor", "nurse", "patient"])
def test_only_administrators_and_the_desk_merge(role, double, kept, facility):
    staff = api(staff_of(facility, role))
    assert merge(staff, double, kept).status_code == 403
    assert staff.post(f"{URL}/{double.pk}/unmerge").status_code == 403
    assert merge(api(), double, kept).status_code == 200
