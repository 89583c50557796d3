"""The rows of a drawn network, table by table; patients and doctors get names here."""

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bench.kinds import kinds
from bench.places import CARE_TYPES, Network, Site
from bench.plan import Plan
from clinic.demo.names import FAMILY, FEMALE, MALE, STREETS

TAKING_MORE = 1.2  # a facility's capacity over its registered patients
YEARS_OF_HOURS = 5
DOUBLE_NAMES, WITH_PHONE, WITH_EMAIL = 0.3, 0.9, 0.5


class Table(NamedTuple):
    """What to copy into one table."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]


def place_rows(network: Network) -> Iterator[Table]:
    """Yield what there is of places, doctors, hours and absences."""
    yield Table("facilities_caretype", ("id", "name"), enumerate(CARE_TYPES, 1))
    yield Table("facilities_facility", FACILITY, map(_facility, network.sites))
    yield Table(
        "facilities_facility_care_types",
        ("facility_id", "caretype_id"),
        ((site, kind) for site, offered in network.offered.items() for kind in offered),
    )
    yield Table(
        "facilities_zipcoderange",
        ("facility_id", "zip_min", "zip_max"),
        ((site.pk, *span) for site in network.sites for span in site.zip_ranges),
    )
    yield Table(
        "facilities_room",
        ("id", "facility_id", "name", "is_active"),
        (
            (room, site.pk, f"Room {room}", True)
            for site in network.sites
            for room in site.rooms.values()
            if room
        ),
    )
    yield from _doctor_tables(network)


FACILITY = (
    *("id", "name", "address_line", "city", "state", "zip_code", "phone", "timezone"),
    *("capacity", "is_active"),
)


def _facility(site: Site) -> tuple[Any, ...]:
    place = site.zip_code
    return (
        *(site.pk, f"{place['city']} Clinic {site.pk}", f"{site.pk} Main Street", place["city"]),
        *(place["state"], place["zip_code"], "", site.timezone),
        *(round(len(site.patients) * TAKING_MORE) + 1000, True),
    )


def _doctor_tables(network: Network) -> Iterator[Table]:
    rng = random.Random("doctors")
    yield Table(
        "facilities_doctor",
        ("id", "name", "specialization", "licence_number", "is_active"),
        (
            (pk, f"Dr. {' '.join(_name(rng)[:2])}", CARE_TYPES[first - 1], f"L{pk:06}", True)
            for pk, first in ((each.pk, each.care_types[0]) for each in network.doctors)
        ),
    )
    yield Table(
        "facilities_doctor_facilities",
        ("doctor_id", "facility_id"),
        ((doctor.pk, site.pk) for doctor in network.doctors for site in doctor.sites),
    )
    yield Table(
        "facilities_doctor_care_types",
        ("doctor_id", "caretype_id"),
        ((doctor.pk, kind) for doctor in network.doctors for kind in doctor.care_types),
    )


def time_rows(network: Network, today: date) -> Iterator[Table]:
    """Yield the kinds of visit, the weekly hours, time off and closures."""
    yield Table(
        "scheduling_appointmenttype",
        TYPE,
        (
            (k.pk, k.name, k.minutes, k.buffer, k.care_type or None, True, "#4c6ef5", True)
            for k in kinds()
        ),
    )
    since = today - timedelta(days=YEARS_OF_HOURS * 365)
    yield Table(
        "scheduling_workinghours",
        ("doctor_id", "facility_id", "weekday", "starts_at", "ends_at", "valid_from"),
        (
            (hours.doctor, site.pk, hours.weekday, _clock(hours.starts), _clock(hours.ends), since)
            for site in network.sites
            for hours in site.sessions
        ),
    )
    yield Table(
        "scheduling_timeoff",
        ("doctor_id", "starts_at", "ends_at", "reason"),
        (
            (doctor.pk, *_rest_of_day(day, minute, doctor.sites[0]), "Leave")
            for doctor in network.doctors
            for day, minute in doctor.away.items()
        ),
    )
    yield Table(
        "scheduling_closure",
        ("facility_id", "starts_at", "ends_at", "reason"),
        (
            (site.pk, *_rest_of_day(day, minute, site), "Staff training")
            for site in network.sites
            for day, minute in site.closed.items()
        ),
    )


TYPE = (
    *("id", "name", "duration_minutes", "buffer_minutes", "care_type_id", "bookable_online"),
    *("colour", "is_active"),
)


def _clock(minute: int) -> time:
    return time(*divmod(minute, 60))


def _rest_of_day(day: date, minute: int, site: Site) -> tuple[datetime, datetime]:
    zone = ZoneInfo(site.timezone)
    next_day = datetime.combine(day + timedelta(days=1), time(0), zone)
    return datetime.combine(day, _clock(minute), zone), next_day


PATIENT = (
    *("id", "given_name", "family_name", "maiden_name", "gender", "date_of_birth", "phone"),
    *("email", "address_line", "city", "state", "zip_code", "language", "facility_id"),
    *("is_active", "version", "created_at", "updated_at"),
)


def patient_rows(plan: Plan, network: Network, today: date) -> Table:
    """Return everybody who is registered; telephone numbers are ones that nobody has."""
    return Table("patients_patient", PATIENT, _patients(plan, network, today))


def _patients(plan: Plan, network: Network, today: date) -> Iterator[tuple[Any, ...]]:
    rng = random.Random(f"{plan.seed} patients")
    for site in network.sites:
        place = site.zip_code
        area = (place["area_codes"] or ["402"])[0]
        for pk in site.patients:
            born = today - timedelta(days=rng.randrange(1, 95 * 365))
            made = datetime.combine(today, time(12), ZoneInfo("UTC")) - timedelta(
                minutes=rng.randrange(4 * 365 * 24 * 60)
            )
            phone = f"+1{area}55501{rng.randrange(100):02}" if rng.random() < WITH_PHONE else ""
            email = f"patient{pk}@example.org" if rng.random() < WITH_EMAIL else ""
            street = f"{rng.randrange(1, 999)} {rng.choice(STREETS)}"
            yield (
                *(pk, *_name(rng), born, phone, email, street, place["city"], place["state"]),
                *(place["zip_code"], "en", site.pk, True, 1, made, made),
            )


def _name(rng: random.Random) -> tuple[str, str, str, str]:
    """Return given name, family name, maiden name and gender."""
    gender, names = rng.choice((("female", FEMALE), ("male", MALE)))
    family = rng.choice(FAMILY)
    if rng.random() < DOUBLE_NAMES:
        family = f"{family}-{rng.choice(FAMILY)}"
    return rng.choice(names), family, "", gender
