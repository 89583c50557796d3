"""Each operation whose answer shows a patient's record is in the access log."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from audit.models import AccessEvent
from clinic.tests.access import world
from clinic.tests.access.asking import ask, who_may
from clinic.tests.access.described import Operation, operations
from clinic.tests.access.world import Place, World
from patients.models import PatientMerge
from records.tests.factories import DraftFactory
from scheduling.models import Appointment
from scheduling.tests.factories import in_days
from scheduling.tests.raw import without_the_clock

pytestmark = pytest.mark.django_db

NAMES_A_PATIENT = frozenset({"patient_id", "merged_id", "mrn"})
# An account is told which record is its own; a calendar's file names no patient.
NOT_LOGGED = {"me", "verify", "appointments-calendar"}
ROWS_OF_PATIENTS = tuple(
    f"{each.path}/"
    for each in operations()
    if each.path.endswith("}") and each.route.method == "get" and each.answers_with(NAMES_A_PATIENT)
)
SHOWING = [
    each
    for each in operations()
    if each.route.name not in NOT_LOGGED
    and each.answers_something
    and (each.answers_with(NAMES_A_PATIENT) or each.path.startswith(ROWS_OF_PATIENTS))
]


def begun(here: World) -> None:
    """Let the visit have begun an hour ago."""
    visit, start = here.own["appointments"], timezone.now() - timedelta(hours=1)
    times = {"starts_at": start, "ends_at": start + visit.duration}
    with without_the_clock():
        Appointment.objects.filter(pk=visit.pk).update(**times, blocked_until=times["ends_at"])
    visit.refresh_from_db()


def arrived(here: World) -> None:
    begun(here)
    here.own["appointments"].mark_arrived(by=here.people["admin"])


def held(here: World) -> dict[str, Any]:
    """Return a hold in the place of the visit."""
    visit, facility = here.own["appointments"], here.own["facilities"]
    hold = Appointment.objects.hold(
        now=timezone.now(),
        patient=visit.patient,
        doctor=visit.doctor,
        facility=facility,
        starts_at=in_days(5, 9, facility=facility),
        by=here.people["admin"],
    )
    return {"appointments": hold}


def drafted(here: World) -> dict[str, Any]:
    place, doctor = here.own, here.people["doctor"]
    whose = {"patient": place["patients"], "facility": place["facilities"]}
    return {"medical-records": DraftFactory(**whose, by=doctor)}


def merged(here: World) -> None:
    kept, by = here.own["waitlist"].patient, here.people["admin"]
    PatientMerge.objects.merge(here.own["patients"], into=kept, by=by)


def away(kind: str) -> Callable[[World], None]:
    """Return what lays an absence over the visit."""

    def lay(here: World) -> None:
        visit, absence = here.own["appointments"], here.own[kind]
        absence.starts_at, absence.ends_at = visit.starts_at, visit.ends_at
        absence.save()

    return lay


# What has to be so before a step can be taken; some give another row to take it with.
BEFORE: dict[str, Callable[[World], dict[str, Any] | None]] = {
    "appointments-confirm": held,
    "appointments-release": held,
    "appointments-arrive": begun,
    "appointments-check-in": begun,
    "appointments-noshow": begun,
    "appointments-fulfil": arrived,
    "appointments-undo": arrived,
    "doctor-time-off-affected": away("doctor-time-off"),
    "facility-closures-affected": away("facility-closures"),
    "medical-records-sign": drafted,
    "patients-unmerge": merged,
}  # fmt: skip
BEFORE |= {"medical-records-detail patch": drafted}


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(scope="module")
def here(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield world.build()
        transaction.set_rollback(True)


def shown(node: Any) -> set[int]:
    """Return the ids of all patients that an answer tells of."""
    if isinstance(node, list):
        return {pk for each in node for pk in shown(each)}
    if not isinstance(node, dict):
        return set()
    found = {node.get(name) for name in ("patient_id", "merged_id", "into_id")}
    found |= {node["id"]} if "mrn" in node else set()
    return found - {None} | shown(list(node.values()))


def whose(route_name: str, rows: Place) -> set[int]:
    """Return whose record the row of an address is of."""
    row = rows[max((kind for kind in rows if route_name.startswith(kind)), key=len)]
    return {row.pk if route_name.startswith("patients-") else row.patient_id}


@pytest.mark.parametrize("operation", SHOWING, ids=str)
def test_whose_record_is_shown_is_logged(here, operation: Operation):
    route = operation.route
    before = BEFORE.get(f"{route.name} {route.method}") or BEFORE.get(route.name)
    with transaction.atomic():
        rows = here.own | ((before(here) if before else None) or {})
        answer = ask(here, route, who_may(route), rows)
        said = answer.getvalue()
        assert 200 <= answer.status_code < 300, said
        assert "no-store" in answer["Cache-Control"]
        data = answer.json() if "json" in answer["Content-Type"] else None
        expected = shown(data) or whose(route.name, rows)
        logged = set(AccessEvent.objects.values_list("patient_id", flat=True))
        transaction.set_rollback(True)
    for row in here.own.values():
        row.refresh_from_db()
    assert expected <= logged, data
    assert expected


def test_what_shows_records_is_found():
    """Some of each kind, so that an empty list does not pass."""
    names = {str(each) for each in SHOWING}
    assert {
        "get appointments-history",
        "get doctor-time-off-affected",
        "get documents-content",
        "get patients-list",
        "get registrations-detail",
        "get series-detail",
        "post patients-likely-duplicates",
        "post waitlist-book",
        "get patient-allergies",
    } <= names
    assert "get care-types-list" not in names
