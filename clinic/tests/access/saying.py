"""What is said at each address, so that whoever is let in can do what it is for.

It is made for the place whose row the address names, and for the role that asks.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.tests.factories import PASSWORD
from clinic.tests.access.rows import DOCTOR
from clinic.tests.access.world import Place
from records.api import examples
from scheduling.tests.factories import AppointmentFactory, in_days

Said = Callable[[Place, str], dict[str, Any]]

PERSON = {"given_name": "Ada", "family_name": "Brook", "date_of_birth": "1990-01-01"}
ACCOUNT = {
    "username": "nora",
    "full_name": "Nora Field",
    "email": "nora@example.org",
    "role": "receptionist",
}
WRONG = {"reason": "Another patient"}


def just(**said: Any) -> Said:
    return lambda place, role: said


def here(place: Place, role: str) -> dict[str, Any]:
    return {"facility_id": place["facilities"].pk}


def with_whom(place: Place, role: str) -> dict[str, Any]:
    starts_at = in_days(3, 11, facility=place["facilities"])
    where = {"doctor_id": place["doctors"].pk, "facility_id": place["facilities"].pk}
    return where | {"starts_at": starts_at.isoformat()}


def a_visit(place: Place, role: str) -> dict[str, Any]:
    kind = {"type_id": place["appointment-types"].pk}
    return with_whom(place, role) | kind | {"patient_id": place["patients"].pk}


def an_absence(place: Place, role: str) -> dict[str, Any]:
    starts_at = in_days(200, 11, facility=place["facilities"])
    ends_at = starts_at + timedelta(hours=1)
    return {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat(), "reason": "Leave"}


def hours(place: Place, role: str) -> dict[str, Any]:
    """Return hours before those that the doctor has on the same weekday."""
    known = place["doctor-working-hours"]
    early = {"weekday": known.weekday, "starts_at": "05:00", "ends_at": "06:00"}
    return here(place, role) | early | {"valid_from": "2027-01-01"}


def another_patient(place: Place) -> int:
    pk: int = place["waitlist"].patient_id
    return pk


def visit_of_who_waits(place: Place, role: str) -> dict[str, Any]:
    facility = place["facilities"]
    visit = AppointmentFactory(
        facility=facility,
        doctor=place["doctors"],
        patient=place["waitlist"].patient,
        starts_at=in_days(4, 10, facility=facility),
    )
    return {"appointment_id": visit.pk}


def words_of_a_visit(place: Place, role: str) -> dict[str, Any]:
    """Return what this role may say of a visit."""
    return {"notes": "Seen"} if role == DOCTOR else {"reason": "A cough"}


def from_the_first(place: Place, role: str) -> dict[str, Any]:
    return {"appointment_id": place["series"].appointments.earliest("starts_at").pk}


def an_hour_later(place: Place, role: str) -> dict[str, Any]:
    first = place["series"].appointments.earliest("starts_at")
    later = first.starts_at + timedelta(hours=1)
    return {"appointment_id": first.pk, "starts_at": later.isoformat()}


def of_patient(said: dict[str, Any]) -> Said:
    return lambda place, role: said | {"patient_id": place["patients"].pk}


def a_summary(place: Place, role: str) -> dict[str, Any]:
    said = of_patient(examples.SUMMARY_INPUT)(place, role)
    return said | {"replaces_id": place["health-summaries"].pk}


def now(name: str) -> Said:
    return lambda place, role: {name: timezone.now().isoformat()}


def today(name: str) -> Said:
    return lambda place, role: {name: timezone.localdate(timezone=place["patients"].tz).isoformat()}


SAID: dict[tuple[str, str], Said] = {
    ("me", "patch"): just(language="es"),
    ("password-change", "post"): just(current_password=PASSWORD, new_password="another-long-one"),
    ("users-list", "post"): just(**ACCOUNT),
    ("users-detail", "put"): just(**ACCOUNT),
    ("users-detail", "patch"): just(full_name="Nora Field"),
    ("care-types-list", "post"): just(name="Cardiology"),
    ("care-types-detail", "put"): just(name="Cardiology"),
    ("care-types-detail", "patch"): just(name="Cardiology"),
    ("facilities-list", "post"): just(name="Riverside", capacity=1000),
    ("facilities-detail", "put"): just(name="Riverside", capacity=1000),
    ("facilities-detail", "patch"): just(name="Riverside"),
    ("facility-rooms", "post"): just(name="Blue"),
    ("facility-zip-code-ranges", "post"): just(zip_min="02134", zip_max="02139"),
    ("rooms-list", "post"): lambda place, role: here(place, role) | {"name": "Blue"},
    ("rooms-detail", "put"): lambda place, role: here(place, role) | {"name": "Blue"},
    ("rooms-detail", "patch"): just(name="Blue"),
    ("zip-code-ranges-list", "post"): lambda place, role: (
        here(place, role) | {"zip_min": "02134", "zip_max": "02139"}
    ),
    ("zip-code-ranges-detail", "put"): lambda place, role: (
        here(place, role) | {"zip_min": "02134", "zip_max": "02139"}
    ),
    ("zip-code-ranges-detail", "patch"): just(zip_max="99999"),
    ("doctors-list", "post"): just(name="Dr. Field", specialization="Cardiology"),
    ("doctors-detail", "put"): just(name="Dr. Field", specialization="Cardiology"),
    ("doctors-detail", "patch"): just(specialization="Cardiology"),
    ("patients-list", "post"): just(**PERSON),
    ("patients-detail", "put"): just(**PERSON),
    ("patients-detail", "patch"): just(city="Omaha"),
    ("patients-likely-duplicates", "post"): lambda place, role: {
        name: str(getattr(place["patients"], name)) for name in PERSON
    },
    ("patients-merge", "post"): lambda place, role: {"into_id": another_patient(place)},
    ("registrations-confirm", "post"): lambda place, role: {"patient_id": another_patient(place)},
    ("doctor-working-hours-list", "post"): hours,
    ("doctor-working-hours-detail", "put"): hours,
    ("doctor-working-hours-detail", "patch"): just(ends_at="19:00"),
    ("doctor-time-off-list", "post"): an_absence,
    ("doctor-time-off-detail", "put"): an_absence,
    ("doctor-time-off-detail", "patch"): just(reason="Course"),
    ("facility-closures-list", "post"): an_absence,
    ("facility-closures-detail", "put"): an_absence,
    ("facility-closures-detail", "patch"): just(reason="Works"),
    ("appointment-types-list", "post"): just(name="Scan", duration_minutes=30),
    ("appointment-types-detail", "put"): just(name="Scan", duration_minutes=30),
    ("appointment-types-detail", "patch"): just(name="Scan"),
    ("appointments-list", "post"): a_visit,
    ("appointments-detail", "patch"): words_of_a_visit,
    ("appointments-hold", "post"): a_visit,
    ("appointments-cancel", "post"): just(reason="Well again"),
    # A status is set by whoever may take that step; here it is cancelled.
    ("appointments-status", "patch"): just(status="cancelled", reason="Well again"),
    ("series-list", "post"): lambda place, role: a_visit(place, role) | {"count": 2},
    ("series-cancel-following", "post"): lambda place, role: (
        from_the_first(place, role) | {"reason": "Well again"}
    ),
    ("series-move-following", "post"): an_hour_later,
    ("waitlist-list", "post"): lambda place, role: of_patient(here(place, role))(place, role),
    ("waitlist-detail", "patch"): just(note="Mornings"),
    ("waitlist-book", "post"): with_whom,
    ("waitlist-close", "post"): visit_of_who_waits,
    ("waitlist-remove", "post"): just(reason="Moved away"),
    ("medical-records-list", "post"): of_patient({"notes": "Lungs clear."}),
    ("medical-records-detail", "patch"): just(notes="Lungs clear."),
    ("medical-records-amend", "post"): just(reason="Typing error"),
    ("conditions-list", "post"): of_patient(examples.CONDITION_INPUT),
    ("conditions-detail", "patch"): today("abated_on"),
    ("allergies-list", "post"): of_patient(examples.ALLERGY_INPUT),
    ("allergies-detail", "patch"): today("abated_on"),
    ("medications-list", "post"): of_patient(examples.MEDICATION_INPUT),
    ("medications-detail", "patch"): now("stops_at"),
    ("health-summaries-list", "post"): a_summary,
    **{
        (f"{kind}-entered-in-error", "post"): just(**WRONG)
        for kind in (
            *("medical-records", "conditions", "allergies", "medications", "documents"),
            "health-summaries",
        )
    },
}
# What is asked for in the query of an address.
ASKED: dict[str, Said] = {
    "facilities-match": just(zip_code="68111"),
    "slots-list": lambda place, role: {"type": place["appointment-types"].pk},
}
