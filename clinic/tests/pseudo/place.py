"""A clinic with something to see on every page, in which all data is Greek or digits."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import UserFactory
from facilities.models import CareType, Doctor, Facility, ZipCodeRange
from facilities.tests.factories import FacilityFactory, RoomFactory, staff_of
from patients.models import ContactEntry, Patient
from patients.tests.factories import PatientFactory, RegistrationFactory
from records.tests.factories import (
    AllergyFactory,
    ConditionFactory,
    DocumentFactory,
    DraftFactory,
    EncounterFactory,
    MedicationFactory,
    SignedFactory,
)
from scheduling.models import (
    Appointment,
    AppointmentSeries,
    CalendarFeed,
    Closure,
    FreeTimeHorizon,
    TimeOff,
)
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    WaitlistEntryFactory,
    early_zone,
    in_days,
    working_doctor,
)
from scheduling.tests.series_factories import weekly

STAFF = ("receptionist", "admin", "doctor", "nurse")
ROLES = (*STAFF[:3], "patient")
WORDS = "Λόγος 1"
NAMES = ["Άδωνις", "Βάκχος", "Γαία", "Δάφνη", "Ερμής", "Ζέφυρος", "Ήρα", "Θέμις", "Κλειώ"]


class Place(NamedTuple):
    """`rows` are ids by the name that they have in an address."""

    people: dict[str, User]
    rows: dict[str, list[int]]


def build() -> Place:
    facility = _facility("Αθήνα", 1)
    _facility("Πάτρα", 2)
    people = {role: staff_of(facility, role, **_person(role)) for role in STAFF}
    kind = AppointmentTypeFactory(name="Έλεγχος", bookable_online=True)
    doctor = _doctor(facility, "Δρ. Νίκη", people["doctor"], kind)
    other = _doctor(facility, "Δρ. Ζωή", None, kind)
    someone = _patient(facility, "Άρης", user=_account())
    people["patient"] = someone.user
    own, held = _own_visits(facility, doctor, kind, someone)
    visits = _visits(facility, doctor, kind, people["receptionist"])
    _far(facility, other, people["receptionist"])
    contact = ContactEntry(patient=someone, by=people["receptionist"], note=WORDS)
    contact.add()
    RegistrationFactory(facility=facility, given_name="Άρης", family_name="Μ", user=_account())
    FreeTimeHorizon.extend(timezone.now().date())
    allergy, note, document = _chart(facility, someone, people["doctor"])
    rows: dict[str, list[Any]] = {
        "patient_id": [someone],
        "type_id": [kind],
        "visits": [own],
        "holds": [held],
        "notes": [note],
        "documents": [document],
        "<kind:kind>": [allergy],
        "facility_id": [facility],
        "doctor_id": [doctor, other],
        "patients": [someone, *_alike(facility), visits[0].patient],
        "appointments": visits,
        "series": [_series(facility, doctor)],
        "waitlist": [_waiting(facility)],
        "time-off": [*TimeOff.objects.all()],
        "closures": [*Closure.objects.all()],
        "hours": [doctor.working_hours.first()],
        "feeds": [CalendarFeed.objects.earliest("pk")],
    }
    ids = {name: [each.pk for each in found] for name, found in rows.items()}
    return Place(people, ids)


def _person(role: str) -> dict[str, Any]:
    return {"full_name": f"Άννα {STAFF.index(role)}"}


def _account() -> User:
    return UserFactory(role="patient", full_name="Άρης Μ")


def _facility(name: str, number: int) -> Facility:
    facility = FacilityFactory(name=name, timezone=early_zone(), zip_code=f"6811{number}")
    zip_code = facility.zip_code
    ZipCodeRange.objects.create(facility=facility, zip_min=zip_code, zip_max=zip_code)
    facility.care_types.add(CareType.objects.create(name=f"Καρδιά {number}"))
    RoomFactory(facility=facility, name="1")
    return facility


def _doctor(facility: Facility, name: str, user: User | None, kind: Any) -> Doctor:
    doctor = working_doctor(facility, name=name, user=user, specialization="Γενική")
    doctor.care_types.set(facility.care_types.all())
    CalendarFeed.objects.issue(doctor, by=None)
    return doctor


def _patient(facility: Facility, given_name: str, **fields: Any) -> Patient:
    return PatientFactory(facility=facility, given_name=given_name, family_name="Μ", **fields)


def _chart(facility: Facility, patient: Patient, doctor: User) -> tuple[Any, Any, Any]:
    """Return an allergy, a signed note and a document of a patient's chart, of what it can hold."""
    note = {"facility": facility, "patient": patient, "by": doctor, "notes": WORDS}
    about = {"facility": facility, "patient": patient, "recorded_by": doctor}
    for make in (ConditionFactory, MedicationFactory, EncounterFactory):
        make(**about, description=WORDS)
    allergy = AllergyFactory(**about, description=WORDS)
    DraftFactory(**note)
    return allergy, SignedFactory(**note), DocumentFactory(**about, title=WORDS)


def _alike(facility: Facility) -> list[Patient]:
    """Return two records that are likely one person's."""
    told = {"date_of_birth": date(1990, 6, 1), "phone": "+14025550142"}
    return [_patient(facility, name, **told) for name in ("Ελένη", "Ελένα")]


def _visits(facility: Facility, doctor: Doctor, kind: Any, by: User) -> list[Appointment]:
    """Return visits of today, one of each status, and one of yesterday."""

    def visit(hour: int, days: int = 0, **fields: Any) -> Appointment:
        return AppointmentFactory(
            facility=facility,
            doctor=doctor,
            patient=_patient(facility, NAMES[hour - 8], date_of_birth=date(1930 + hour, 1, hour)),
            starts_at=in_days(days, hour, facility=facility),
            **{"type": kind, "reason": WORDS, "by": by} | fields,
        )

    booked, arrived, checked_in, done, cancelled = (visit(hour) for hour in range(9, 14))
    for each in (arrived, checked_in, done):
        each.mark_arrived(by=by)
    for each in (checked_in, done):
        each.check_in(by=by)
    done.fulfil(by=by)
    cancelled.cancel(WORDS, by=by)
    missed = visit(15)
    missed.mark_noshow(by=by, now=missed.starts_at + timedelta(hours=1))
    moved = visit(16, type=None)
    moved.reschedule(starts_at=moved.starts_at + timedelta(minutes=30), by=by)
    room = facility.rooms.get()
    return [booked, arrived, checked_in, done, cancelled, missed, moved, visit(8, 1, room=room)]


def _own_visits(
    facility: Facility, doctor: Doctor, kind: Any, patient: Patient
) -> tuple[Appointment, Appointment]:
    """Return a visit that a patient has booked, and a time that they hold."""
    visit = {"patient": patient, "doctor": doctor, "facility": facility, "type": kind}
    visit |= {"by": patient.user, "source": "online"}
    booked = Appointment.objects.book(**visit, starts_at=in_days(2, 9, facility=facility))
    start = in_days(2, 11, facility=facility)
    return booked, Appointment.objects.hold(now=timezone.now(), **visit, starts_at=start)


def _far(facility: Facility, doctor: Doctor, by: User) -> None:
    """Enter absences: with visits in them, soon, and without, later."""
    for days in (3, 40):
        starts_at = in_days(days, 8, facility=facility)
        if days == 3:
            AppointmentFactory(
                facility=facility,
                doctor=doctor,
                patient=_patient(facility, "Ρέα"),
                starts_at=starts_at + timedelta(hours=1),
                by=by,
            )
        ends_at = starts_at + timedelta(hours=6)
        TimeOff.objects.create(doctor=doctor, starts_at=starts_at, ends_at=ends_at, reason=WORDS)
    far = datetime.now(UTC) + timedelta(days=4)
    Closure.objects.create(
        facility=facility, starts_at=far, ends_at=far + timedelta(hours=3), reason=WORDS
    )


def _series(facility: Facility, doctor: Doctor) -> AppointmentSeries:
    first = in_days(6, 9, facility=facility)
    return AppointmentSeries.objects.book(
        facility=facility,
        doctor=doctor,
        patient=_patient(facility, "Ίρις"),
        starts_at=first,
        rule=weekly(first.astimezone(facility.tz)),
        by=None,
    )


def _waiting(facility: Facility) -> Any:
    patient = _patient(facility, "Φως")
    return WaitlistEntryFactory(patient=patient, facility=facility, weekdays=[1, 2], note=WORDS)
