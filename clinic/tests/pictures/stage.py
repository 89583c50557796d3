"""The demo clinic, with a row for every page that can be opened."""

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from accounts.models import User
from clinic import demo
from clinic.demo import charts
from clinic.management.commands.load_demo import HISTORY
from clinic.tests.pseudo.place import Place
from facilities.models import Doctor, Facility
from patients.models import ContactEntry, Patient
from records.models import MedicalRecord
from records.tests.factories import (
    AllergyFactory,
    ConditionFactory,
    DocumentFactory,
    DraftFactory,
    EncounterFactory,
    HealthSummaryFactory,
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
    WaitlistEntry,
)
from scheduling.openings import find_openings
from scheduling.tests.series_factories import weekly
from scheduling.wanted import Wanted

USERNAMES = {"receptionist": "reception", "doctor": "doctor", "nurse": "nurse", "admin": "admin"}
USERNAMES |= {"patient": "patient"}
COUGH = "Dry cough for two weeks, worse at night. No fever."
LUNGS = "Lungs clear, blood pressure 128/82. Return if it lasts for another two weeks."


def build() -> Place:
    """Load the demo clinic and return who signs in, and ids by the name that addresses give them.

    What stands first among them is what pictures show.
    """
    now = timezone.now()
    demo.load(now=now, days_back=HISTORY)
    charts.write()
    FreeTimeHorizon.extend(now.date())
    people = {role: User.objects.get(username=name) for role, name in USERNAMES.items()}
    facility = Facility.objects.order_by("pk")[0]
    doctor = Doctor.objects.get(user=people["doctor"])
    visits = _visits_today(facility, doctor)
    seen = visits[0].patient
    assert seen
    ContactEntry(patient=seen, by=people["receptionist"], note="Asked to be called back.").add()
    CalendarFeed.objects.issue(doctor, by=None)
    chart = _chart(facility, seen, people["doctor"])
    own = _own(people["patient"], people["doctor"])
    for name in ("notes", "documents"):
        chart[name] += own.pop(name)
    rows: dict[str, list[Any]] = {
        **chart,
        **own,
        "patient_id": [seen],
        "facility_id": [facility],
        "doctor_id": [doctor],
        "patients": [seen, *_alike(facility)],
        "appointments": visits,
        "series": [_series(facility, doctor, people["receptionist"])],
        "waitlist": [WaitlistEntry.objects.filter(facility=facility)[0]],
        "time-off": [*TimeOff.objects.all()],
        "closures": [*Closure.objects.all()],
        "hours": [doctor.working_hours.first()],
        "feeds": [CalendarFeed.objects.earliest("pk")],
    }
    return Place(people, {name: [each.pk for each in found] for name, found in rows.items()})


def _visits_today(facility: Facility, doctor: Doctor) -> list[Appointment]:
    """Return visits of one doctor, first two to come that last half an hour, then some of today."""
    day = timezone.now().astimezone(facility.tz).date()
    visits = Appointment.objects.filter(facility=facility, doctor=doctor, patient__isnull=False)
    today = visits.on_day(day, facility).order_by("-starts_at")
    booked = visits.filter(status="booked", starts_at__gt=timezone.now()).order_by("starts_at")
    long = booked.filter(ends_at__gte=F("starts_at") + timedelta(minutes=30))
    return [*long[:2], *today[:3]]


def _alike(facility: Facility) -> list[Patient]:
    """Return two records that are likely one person's: a name was mistyped at another visit."""
    known = facility.patients.exclude(phone="").order_by("family_name")[0]
    told = {"date_of_birth": known.date_of_birth, "phone": known.phone, "facility": facility}
    name = known.given_name[:-1] + known.given_name[-1] * 2
    other = Patient(given_name=name, family_name=known.family_name, gender=known.gender, **told)
    other.full_clean()
    other.save()
    return [known, other]


def _chart(facility: Facility, patient: Patient, doctor: User) -> dict[str, list[Any]]:
    """Return what can be opened of a chart, by the names that addresses give it."""
    about: dict[str, Any] = {"facility": facility, "patient": patient, "recorded_by": doctor}
    allergy = AllergyFactory(
        **about,
        description="Penicillin",
        reactions=[{"code": "", "description": "Rash", "severity": "moderate"}],
    )
    ConditionFactory(**about, description="Essential hypertension")
    MedicationFactory(**about, description="Lisinopril 10 mg, one each morning")
    HealthSummaryFactory(**about)
    EncounterFactory(**about)
    note = {"facility": facility, "patient": patient, "by": doctor}
    DraftFactory(**note, notes=LUNGS)
    signed: MedicalRecord = SignedFactory(**note, diagnosis="Acute bronchitis", notes=COUGH)
    document = DocumentFactory(**about)
    return {"notes": [signed], "documents": [document], "<kind:kind>": [allergy]}


def _own(account: User, doctor: User) -> dict[str, list[Any]]:
    """Return what can be opened on the patient's own pages."""
    patient, now = Patient.objects.get(user=account), timezone.now()
    visits = Appointment.objects.expected(now).filter(patient=patient)
    visit = visits.filter(type__bookable_online=True, starts_at__gt=now)[0]
    assert visit.type
    wanted = Wanted(
        first=now.date() + timedelta(days=2),
        type=visit.type,
        duration=visit.type.duration,
        buffer=visit.type.buffer,
        patient=patient,
    )
    slot = find_openings(wanted, now=now, count=1)[0]
    held = Appointment.objects.hold(
        now=now,
        patient=patient,
        doctor=slot.doctor,
        facility=slot.facility,
        type=visit.type,
        starts_at=slot.starts_at,
        by=account,
    )
    about = {"facility": visit.facility, "patient": patient, "recorded_by": doctor}
    return {
        "type_id": [visit.type],
        "visits": [visit],
        "holds": [held],
        "notes": [MedicalRecord.objects.newest().get(patient=patient)],
        "documents": [DocumentFactory(**about)],
    }


def _series(facility: Facility, doctor: Doctor, by: User) -> AppointmentSeries:
    """Book four visits, one each week, from behind the days that the demo fills."""
    first = timezone.now().astimezone(facility.tz).date() + timedelta(days=14)
    wanted = Wanted(first=first, doctors=[doctor], facilities=[facility])
    slot = find_openings(wanted, now=timezone.now(), count=1)[0]
    return AppointmentSeries.objects.book(
        facility=facility,
        doctor=doctor,
        patient=facility.patients.order_by("pk")[0],
        starts_at=slot.starts_at,
        rule=weekly(slot.starts_at.astimezone(facility.tz)),
        by=by,
    )
