"""What the lists of charts have in common, encounters, and health summaries."""

from datetime import timedelta

import pytest

from audit.models import AccessEvent
from facilities.tests.api import api
from facilities.tests.factories import FacilityFactory, staff_of
from patients.tests.factories import PatientFactory
from records.models import HealthSummary
from records.tests.factories import (
    AllergyFactory,
    ConditionFactory,
    DocumentFactory,
    EncounterFactory,
    HealthSummaryFactory,
    MedicationFactory,
    SignedFactory,
    doctor_user,
)

pytestmark = pytest.mark.django_db

ENCOUNTERS, SUMMARIES = "/api/v1/encounters", "/api/v1/health-summaries"
KINDS = {
    "allergies": AllergyFactory,
    "conditions": ConditionFactory,
    "documents": DocumentFactory,
    "encounters": EncounterFactory,
    "health-summaries": HealthSummaryFactory,
    "medical-records": SignedFactory,
    "medications": MedicationFactory,
}


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def facility():
    return FacilityFactory(name="Riverside")


@pytest.fixture
def patient(facility):
    return PatientFactory(facility=facility)


@pytest.fixture
def doctor(facility):
    return api(doctor_user(facility))


def seen_by(get):
    """Return what of whom came into the access log by a request, in order."""
    known = set(AccessEvent.objects.values_list("pk", flat=True))
    assert get().status_code == 200
    events = AccessEvent.objects.exclude(pk__in=known)
    return sorted(events.values_list("what", "patient_id"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_asks_as_much_for_many_rows_as_for_one(
    doctor, facility, kind, django_assert_max_num_queries
):
    KINDS[kind](facility=facility)
    with django_assert_max_num_queries(8) as first:
        doctor.get(f"/api/v1/{kind}")
    for _ in range(4):
        KINDS[kind](facility=facility)
    with django_assert_max_num_queries(len(first)):
        shown = doctor.get(f"/api/v1/{kind}").json()["results"]
    assert len(shown) == 5


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_is_listed_below_its_patient(doctor, facility, patient, kind):
    own = KINDS[kind](facility=facility, patient=patient)
    KINDS[kind](facility=facility)
    address = f"/api/v1/patients/{patient.pk}/{kind}"
    assert [row["id"] for row in doctor.get(address).json()["results"]] == [own.pk]
    assert doctor.post(address, {}).status_code == 405
    assert doctor.get(f"/api/v1/patients/0/{kind}").status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_shown_is_noted_as_read(doctor, facility, patient, kind):
    row = KINDS[kind](facility=facility, patient=patient)
    other = KINDS[kind](facility=facility)
    what = f"api: {row._meta.model_name}"
    addresses = {
        f"/api/v1/{kind}": sorted([patient.pk, other.patient_id]),
        f"/api/v1/{kind}/{row.pk}": [patient.pk],
        f"/api/v1/{kind}?updated_since=2020-01-01T00:00:00Z": sorted(
            [patient.pk, other.patient_id]
        ),
        f"/api/v1/patients/{patient.pk}/{kind}": [patient.pk],
    }
    for address, patients in addresses.items():
        found = seen_by(lambda address=address: doctor.get(address))
        assert found == [(what, each) for each in patients], address


def test_a_download_is_noted_as_read(doctor, facility, patient):
    row = DocumentFactory(facility=facility, patient=patient)

    def downloaded():
        answer = doctor.get(f"/api/v1/documents/{row.pk}/content")
        assert answer.getvalue()
        return answer

    found = seen_by(downloaded)
    assert found == [("api: document", patient.pk)]


def test_what_is_refused_has_shown_nothing_of_a_chart(doctor, facility, patient):
    row = AllergyFactory(facility=facility, patient=patient)
    doctor.patch(f"/api/v1/allergies/{row.pk}", {"abated_on": "2024-01-01"})
    assert not AccessEvent.objects.exists()


def test_an_encounter_is_read_with_its_names(doctor, facility, patient):
    seen = EncounterFactory(facility=facility, patient=patient)
    read = doctor.get(f"{ENCOUNTERS}/{seen.pk}").json()
    assert (read["starts_at"], read["ends_at"]) == ("2024-05-06T09:00:00Z", "2024-05-06T10:00:00Z")
    assert (read["encounter_class"], read["description"]) == ("ambulatory", "General examination")
    assert (read["patient_name"], read["facility_name"]) == (str(patient), "Riverside")
    assert doctor.post(ENCOUNTERS, {}).status_code == 405


def test_encounters_are_found_by_time_and_class(doctor, facility):
    early = EncounterFactory(facility=facility)
    late = EncounterFactory(
        facility=facility,
        starts_at=early.starts_at + timedelta(days=30),
        ends_at=None,
        encounter_class="emergency",
    )

    def ids(asked: str) -> list:
        return [row["id"] for row in doctor.get(f"{ENCOUNTERS}?{asked}").json()["results"]]

    assert ids("from=2024-06-01T00:00:00Z") == [late.pk]
    assert ids("to=2024-06-01T00:00:00Z") == [early.pk]
    assert ids("encounter_class=emergency") == [late.pk]
    assert ids("ordering=starts_at") == [early.pk, late.pk]
    assert doctor.get(f"{ENCOUNTERS}?from=2024-06-01T00:00").status_code == 400


def test_a_summary_takes_the_place_of_the_one_that_was_read(doctor, patient):
    given = {"patient_id": patient.pk, "blood_type": "O+", "history": "", "replaces_id": None}
    first = doctor.post(SUMMARIES, given)
    assert first.status_code == 201, first.json()
    stale = doctor.post(SUMMARIES, given | {"blood_type": "A+"})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    second = doctor.post(SUMMARIES, given | {"blood_type": "A+", "replaces_id": first.json()["id"]})
    assert (second.status_code, second.json()["is_current"]) == (201, True)
    assert doctor.get(first["Location"]).json()["is_current"] is False
    current = doctor.get(f"{SUMMARIES}?current=true&patient={patient.pk}").json()["results"]
    assert [each["id"] for each in current] == [second.json()["id"]]
    past = doctor.get(f"{SUMMARIES}?current=false").json()["results"]
    assert [each["id"] for each in past] == [first.json()["id"]]
    assert HealthSummary.objects.of(patient).blood_type == "A+"


def test_a_summary_in_error_gives_way_to_the_one_before(doctor, facility, patient):
    before = HealthSummaryFactory(facility=facility, patient=patient)
    wrong = HealthSummaryFactory(facility=facility, patient=patient, blood_type="A+")
    done = doctor.post(f"{SUMMARIES}/{wrong.pk}/entered-in-error", {"reason": "Mixed up"})
    assert (done.status_code, done.json()["is_current"]) == (200, False)
    assert doctor.get(f"{SUMMARIES}/{before.pk}").json()["is_current"] is True


def test_a_nurse_reads_summaries_and_writes_none(facility, patient):
    HealthSummaryFactory(facility=facility, patient=patient)
    nurse = api(staff_of(facility, "nurse"))
    assert len(nurse.get(SUMMARIES).json()["results"]) == 1
    assert nurse.post(SUMMARIES, {}).status_code == 403


@pytest.mark.parametrize("kind", KINDS)
def test_no_cache_keeps_a_chart(doctor, facility, patient, kind):
    row = KINDS[kind](facility=facility, patient=patient)
    for address in (f"/api/v1/{kind}", f"/api/v1/{kind}/{row.pk}"):
        assert "no-store" in doctor.get(address)["Cache-Control"]
