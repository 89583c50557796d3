"""What a chart shows of a patient, in as many statements for a long life as for a short one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from patients.models import Patient
from records.models import (
    Allergy,
    Condition,
    Document,
    Encounter,
    HealthSummary,
    MedicalRecord,
    Medication,
)
from scheduling.models import Appointment
from scheduling.status import Status

A_PAGE = 20
# How long after a visit its note is offered to be written.
NOTE_WITHIN = timedelta(days=30)
_SEEN = (Status.BOOKED, Status.ARRIVED, Status.CHECKED_IN, Status.FULFILLED)


class Words(NamedTuple):
    title: Any
    none: Any
    past: Any
    add: Any
    end: Any


KINDS: dict[str, tuple[type[Any], Words]] = {
    "allergy": (
        Allergy,
        Words(
            _("Allergies"),
            _("No allergy is recorded. Ask the patient."),
            _("Resolved, or entered in error"),
            _("Add an allergy"),
            _("Resolved"),
        ),
    ),
    "condition": (
        Condition,
        Words(
            _("Conditions"),
            _("No condition is recorded."),
            _("Resolved, or entered in error"),
            _("Add a condition"),
            _("Resolved"),
        ),
    ),
    "medication": (
        Medication,
        Words(
            _("Medications"),
            _("No medication is recorded."),
            _("Stopped, or entered in error"),
            _("Add a medication"),
            _("Stopped"),
        ),
    ),
}


@dataclass(frozen=True)
class Section:
    """One kind of findings: what is active, and a page of what is over or was wrong."""

    kind: str
    words: Words
    rows: list[Any]
    past: Page[Any]

    @property
    def line(self) -> str:
        return f"records/_{self.kind}.html"


def section(kind: str, user: User, patient: Patient, number: Any = None) -> Section:
    model, words = KINDS[kind]
    rows = model.objects.visible_to(user).filter(patient=patient)
    rows = rows.select_related("recorded_by", "error_by", "ended_by", "facility")
    over = ~Q(pk__in=model.objects.active().filter(patient=patient).values("pk"))
    past = paged(rows.filter(over).order_by("-recorded_at", "-pk"), number)
    return Section(kind, words, list(rows.exclude(over)), past)


def paged(rows: "QuerySet[Any, Any]", number: Any) -> Page[Any]:
    """Return the page that the address asks for, or the nearest that there is."""
    return Paginator(rows, A_PAGE).get_page(number)


@dataclass(frozen=True)
class Entry:
    """One line of the timeline: an encounter, or the newest version of a note."""

    at: datetime
    encounter: Encounter | None = None
    note: MedicalRecord | None = None


def timeline(user: User, patient: Patient, number: Any) -> Page[Entry]:
    """Return a page of encounters and signed notes, the latest first, and those in error."""
    encounters = Encounter.objects.visible_to(user).filter(patient=patient)
    signed = MedicalRecord.objects.visible_to(user).filter(patient=patient)
    signed = signed.filter(signed_at__isnull=False)
    notes = signed.filter(Q(pk__in=signed.newest().values("pk")) | Q(error_at__isnull=False))
    lines = _lines(encounters, "encounter", "starts_at").union(
        _lines(notes, "note", "signed_at"), all=True
    )
    page: Any = paged(lines.order_by("-at", "kind", "-pk"), number)
    ids: dict[str, list[int]] = {"encounter": [], "note": []}
    for line in page.object_list:
        ids[line["kind"]].append(line["pk"])
    found = {
        "encounter": encounters.select_related("doctor", "facility").in_bulk(ids["encounter"]),
        "note": notes.select_related("doctor", "facility", "error_by").in_bulk(ids["note"]),
    }
    page.object_list = [
        Entry(line["at"], **{line["kind"]: found[line["kind"]][line["pk"]]})  # type: ignore[index]
        for line in page.object_list
    ]
    return page


def _lines(rows: QuerySet[Any], kind: str, at: str) -> QuerySet[Any, dict[str, Any]]:
    named = rows.order_by().annotate(kind=Value(kind), at=F(at))
    return named.values("pk", "kind", "at")


def drafts(user: User, patient: Patient) -> list[MedicalRecord]:
    own = MedicalRecord.objects.visible_to(user).drafts_of(user).filter(patient=patient)
    return list(own.select_related("appointment", "facility"))


def without_note(user: User, patient: Patient, now: datetime) -> list[Appointment]:
    """Return the doctor's own visits of late, or of today, that have no note of theirs yet."""
    if user.role != User.Role.DOCTOR:
        return []
    visits = Appointment.objects.visible_to(user).filter(
        patient=patient,
        status__in=_SEEN,
        starts_at__gt=now - NOTE_WITHIN,
        starts_at__lt=now + timedelta(hours=12),
    )
    noted = MedicalRecord.objects.in_force().filter(recorded_by=user, appointment__isnull=False)
    open_visits = visits.exclude(pk__in=noted.values("appointment_id"))
    return list(open_visits.select_related("facility", "type").order_by("-starts_at")[:5])


def documents(user: User, patient: Patient, number: Any) -> Page[Document]:
    rows = Document.objects.visible_to(user).filter(patient=patient)
    return paged(rows.select_related("recorded_by", "error_by"), number)


def summary(user: User, patient: Patient) -> HealthSummary | None:
    """Return the summary that counts, if there is one."""
    return HealthSummary.objects.visible_to(user).of(patient)


def other_summaries(
    user: User, patient: Patient, current: HealthSummary | None, number: Any
) -> Page[HealthSummary]:
    """Return those that count no more or were wrong, the newest first."""
    rows = HealthSummary.objects.visible_to(user).filter(patient=patient)
    others = rows.exclude(pk=current.pk) if current else rows
    return paged(others.select_related("recorded_by", "error_by"), number)
