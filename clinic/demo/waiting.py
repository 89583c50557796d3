"""Who waits in the demo clinic for an earlier time."""

import random
from datetime import datetime, time, timedelta
from typing import Any

from accounts.models import User
from clinic.demo.places import WORKDAYS, Site, care_type
from scheduling.models import AppointmentType, WaitlistEntry

MORNING = {"from_time": time(8), "to_time": time(12)}
AFTERNOON = {"from_time": time(13)}

# care type, kind of visit, priority, days on the list, when it suits, note
WISHES: tuple[tuple[str, str, str, int, dict[str, Any], str], ...] = (
    ("Family medicine", "Check-up", "routine", 12, {}, ""),
    ("Family medicine", "Follow-up", "urgent", 3, {}, "Can be here within an hour"),
    ("Family medicine", "Physical exam", "routine", 20, {"weekdays": [1, 3, 5]}, ""),
    ("Cardiology", "Heart consultation", "asap", 2, {}, "Call the daughter’s number first"),
    ("Cardiology", "Heart consultation", "routine", 25, MORNING, ""),
    ("Internal medicine", "Check-up", "routine", 8, {"weekdays": list(WORKDAYS)}, ""),
    ("Internal medicine", "Follow-up", "urgent", 5, AFTERNOON, ""),
    ("Dermatology", "Skin check", "routine", 16, AFTERNOON, "Works until noon"),
    ("Dermatology", "Skin check", "routine", 9, {"weekdays": [6, 7]}, ""),
    ("Pediatrics", "Well-child visit", "routine", 6, MORNING, ""),
)


def write(
    sites: list[Site],
    types: list[AppointmentType],
    users: dict[str, User],
    rng: random.Random,
    *,
    now: datetime,
) -> None:
    """Write for each site the wishes for care that it gives; every third would travel for it."""
    kinds = {kind.name: kind for kind in types}
    for site in sites:
        given = [wish for wish in WISHES if wish[0] in site.plan.specializations]
        patients = rng.sample(site.patients, min(len(given), len(site.patients)))
        by = users["reception"] if site in sites[:2] else users["admin"]
        for number, (patient, wish) in enumerate(zip(patients, given, strict=False)):
            care, kind, priority, days, suits, note = wish
            near: dict[str, Any] = {"facility": site.facility}
            if number % 3 == 2:
                near = {"zip_code": site.plan.zip_code, "within_miles": 40}
            WaitlistEntry.objects.add(
                patient=patient,
                by=by,
                care_type=care_type(care),
                type=kinds[kind],
                priority=priority,
                note=note,
                created_at=now - timedelta(days=days, minutes=17 * number),
                **near,
                **suits,
            )
