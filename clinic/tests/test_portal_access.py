"""Who gets in where among the patients' own pages: every route, method, role and whose it is."""

from typing import Any, NamedTuple

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts.tests.factories import UserFactory
from audit.models import AccessEvent
from facilities.tests.factories import FacilityFactory, staff_of
from patients.tests.factories import PatientFactory
from records.tests.factories import DocumentFactory, SignedFactory, doctor_user
from scheduling import holding
from scheduling.models import Appointment
from scheduling.tests.factories import AppointmentTypeFactory, in_days, working_doctor

pytestmark = pytest.mark.django_db

# The kind of row that an address names, and the methods that a route takes.
READ, FORM, ACT = {"get"}, {"get", "post"}, {"post"}
ROUTES: dict[str, tuple[str, set[str]]] = {
    "visits": ("", READ),
    "visit": ("visit", READ),
    "visit-file": ("visit", READ),
    "move": ("visit", FORM),
    "cancel": ("visit", FORM),
    "undo": ("visit", ACT),
    "book": ("", READ),
    "times": ("type", READ),
    "hold": ("type", ACT),
    "confirm": ("held", FORM),
    "release": ("held", ACT),
    "records": ("", READ),
    "note": ("note", READ),
    "document": ("document", READ),
    "details": ("", FORM),
}
# A calendar's file names no patient, and openings are nobody's.
NOT_LOGGED = {"visit-file", "book", "times"}
STAFFS = ("/desk/", "/patients/", "/charts/", "/waitlist/", "/find/", "site-search")
STAFF = ("admin", "doctor", "nurse", "receptionist")


class World(NamedTuple):
    people: dict[str, Any]
    own: dict[str, Any]
    other: dict[str, Any]


@pytest.fixture
def world(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    facility = FacilityFactory()
    people = {role: staff_of(facility, role) for role in STAFF}
    people |= {"patient": UserFactory(role="patient"), "waiting": UserFactory(role="patient")}
    kind = AppointmentTypeFactory(bookable_online=True)
    own = rows_of(facility, kind, 9, people["patient"])
    other = rows_of(facility, kind, 13, UserFactory(role="patient"))
    return World(people, own, other)


def rows_of(facility: Any, kind: Any, hour: int, user: Any) -> dict[str, Any]:
    patient = PatientFactory(facility=facility, user=user)
    doctor = working_doctor(facility)
    about = {"patient": patient, "doctor": doctor, "facility": facility, "type": kind, "by": user}
    visit = Appointment.objects.book(**about, starts_at=in_days(2, hour, facility=facility))
    start = in_days(3, hour, facility=facility)
    held = holding.keep(user, about | {"starts_at": start}, now=timezone.now())
    author = doctor_user(facility)
    note = SignedFactory(patient=patient, facility=facility, by=author)
    document = DocumentFactory(patient=patient, facility=facility, recorded_by=author)
    return {"visit": visit, "held": held, "note": note, "document": document, "type": kind}


def address(name: str, rows: dict[str, Any]) -> str:
    kind = ROUTES[name][0]
    return reverse(f"portal:{name}", args=[rows[kind].pk] if kind else [])


def ask(user: Any, name: str, method: str, rows: dict[str, Any]) -> Any:
    client = Client()
    if user:
        client.force_login(user)
    with transaction.atomic():
        answer = getattr(client, method)(address(name, rows))
        transaction.set_rollback(True)
    return answer


def test_every_route_is_here():
    _, resolver = get_resolver().namespace_dict["portal"]
    assert {each.name for each in resolver.url_patterns} == ROUTES.keys()


def test_nobody_else_gets_in(world):
    for name, (kind, methods) in ROUTES.items():
        for method in sorted(methods):
            told = f"{method} {name}"
            signed_out = ask(None, name, method, world.own)
            assert signed_out.url.startswith(reverse("account_login")), told
            for role in STAFF:
                assert ask(world.people[role], name, method, world.own).status_code == 403, told
            unlinked = ask(world.people["waiting"], name, method, world.own)
            assert unlinked.status_code == 403, told
            assert "not connected yet" in unlinked.content.decode(), told
            if kind not in ("", "type"):
                others = ask(world.people["patient"], name, method, world.other)
                assert others.status_code == 404, told


def test_the_patient_gets_in_by_these_methods_alone(world):
    for name, (_kind, methods) in ROUTES.items():
        if "get" in methods:
            answer = ask(world.people["patient"], name, "get", world.own)
            assert answer.status_code == 200, name
            assert "no-store" in answer["Cache-Control"], name
            answer.getvalue()
        for method in {"get", "post", "put", "delete"} - methods:
            assert ask(world.people["patient"], name, method, world.own).status_code == 405, name


def test_what_is_shown_of_a_record_is_in_the_access_log(world):
    patient = world.own["visit"].patient
    for name, (_kind, methods) in ROUTES.items():
        if "get" not in methods:
            continue
        client = Client()
        client.force_login(world.people["patient"])
        before = AccessEvent.objects.count()
        client.get(address(name, world.own)).getvalue()
        seen = AccessEvent.objects.order_by("pk")[before:]
        expected = [] if name in NOT_LOGGED else [(patient.pk, "patient", f"portal:{name}")]
        assert [(each.patient_id, each.role, each.route) for each in seen] == expected, name


def test_no_page_leads_to_the_staff(world):
    client = Client()
    client.force_login(world.people["patient"])
    pages = [address(n, world.own) for n, (_k, methods) in ROUTES.items() if "get" in methods]
    for page in [*pages, reverse("account_sessions")]:
        answer = client.get(page)
        if answer["Content-Type"].startswith("text/html"):
            text = answer.content.decode()
            for staffs in (
                "/desk/",
                "/patients/",
                "/charts/",
                "/waitlist/",
                "site-search",
                "/find/",
            ):
                assert staffs not in text, (page, staffs)
        else:
            answer.getvalue()
