"""A series as it has been typed so far, and what to do about each of its dates.

Nothing typed is lost: whatever is posted, the page shows it again.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.core.exceptions import BadRequest, ValidationError
from django.utils.translation import gettext as _

from facilities.models import Doctor, Facility
from patients.models import Patient
from scheduling.availability import DEFAULT_DURATION
from scheduling.clashes import Clash
from scheduling.forms import InstantField, SlotForm, VisitForm
from scheduling.models import Appointment, AppointmentSeries
from scheduling.openings import Slot
from scheduling.series_forms import RepeatForm
from scheduling.views.answers import DeskRequest
from scheduling.views.who import PatientChoice

CHOICE = "choice-"
LEFT_OUT = "out"


@dataclass(frozen=True)
class Row:
    """One date of the series: free, or with what stands in its way and what can be had instead."""

    index: int
    starts_at: datetime
    is_left_out: bool = False
    refusal: str = ""
    instead: Slot | None = None

    @property
    def name(self) -> str:
        return f"{CHOICE}{self.index}"

    @property
    def is_booked(self) -> bool:
        """Say whether an appointment comes of it as the page stands."""
        return not self.is_left_out and (not self.refusal or self.instead is not None)


class Plan:
    """The forms of the page, what they come to, and the choices made for its dates."""

    def __init__(self, request: DeskRequest, facility: Facility) -> None:
        self.facility, self.user, self.posted = facility, request.user, request.POST
        self.slot = first_slot(request, facility)
        self.who = PatientChoice(request, facility)
        self.visit = VisitForm(self.posted if request.method == "POST" else None, self.slot)
        self.repeat = RepeatForm(self.posted, self.slot.local_start)

    @property
    def is_begun(self) -> bool:
        """Say whether this is the page's own form, and not what the booking form handed over."""
        return self.repeat.is_bound

    @cached_property
    def is_valid(self) -> bool:
        return all([self.repeat.is_valid(), self.visit.is_valid()])

    @property
    def was_shown(self) -> bool:
        """Say whether the dates of just this rule were on the page when it was sent."""
        return self.repeat.is_valid() and self.posted.get("shown") == self.repeat.rule

    def wanted(self, patient: Patient | None) -> dict[str, Any]:
        """Return what `AppointmentSeries.objects.planned()` takes."""
        kind = self.visit.cleaned_data.get("type")
        return {
            "patient": patient,
            "doctor": self.slot.doctor,
            "facility": self.facility,
            "starts_at": self.slot.starts_at,
            "rule": self.repeat.rule,
            "type": kind,
            "room": self.visit.cleaned_data.get("room"),
            "duration_minutes": None if kind else self.visit.usual_minutes,
            "by": self.user,
        }

    @property
    def choices(self) -> dict[str, Any]:
        """Return the choices made for the dates, as `objects.book()` takes them."""
        return {"replacing": self.replacing, "leaving_out": self.leaving_out}

    @property
    def details(self) -> dict[str, str]:
        return {name: self.visit.cleaned_data[name] for name in ("reason", "notes")}

    @cached_property
    def leaving_out(self) -> set[int]:
        return left_out(self.posted) if self.was_shown else set()

    @cached_property
    def replacing(self) -> dict[int, Slot]:
        return replacements(self.posted, self.facility) if self.was_shown else {}

    def rows(self, clashes: Collection[Clash] = ()) -> list[Row]:
        """Return every date of the series, by the rule's order."""
        series = AppointmentSeries.objects.planned(**self.wanted(None))
        lost = {clash.index: clash for clash in clashes}
        return [
            self._row(index, starts_at, lost.get(index))
            for index, starts_at in enumerate(series.starts)
        ]

    def _row(self, index: int, starts_at: datetime, clash: Clash | None) -> Row:
        if clash:
            return Row(index, starts_at, False, clash.message, clash.alternative)
        return Row(index, starts_at, index in self.leaving_out, "", self.replacing.get(index))


def first_slot(request: DeskRequest, facility: Facility) -> Slot:
    """Return the slot that the series begins with; raise BadRequest for none."""
    form = SlotForm(request.POST if request.method == "POST" else request.GET, facility)
    if not form.is_valid():
        raise BadRequest(_("The address names no doctor of this facility, or no time."))
    starts_at = form.cleaned_data["starts_at"]
    return Slot(form.cleaned_data["doctor"], facility, starts_at, starts_at + DEFAULT_DURATION)


def left_out(posted: Mapping[str, str]) -> set[int]:
    """Return the indexes for which a form says to leave them out."""
    return {index for index, choice in _choices(posted) if choice == LEFT_OUT}


def replacements(posted: Mapping[str, str], facility: Facility) -> dict[int, Slot]:
    """Return by index the slots that a form says to take instead; nonsense is a BadRequest."""
    chosen = [(index, choice) for index, choice in _choices(posted) if choice != LEFT_OUT]
    doctors = {str(each.pk): each for each in facility.doctors.active()} if chosen else {}
    return {index: _slot(choice, doctors, facility) for index, choice in chosen}


def _choices(posted: Mapping[str, str]) -> Iterable[tuple[int, str]]:
    for name, choice in posted.items():
        number = name.removeprefix(CHOICE)
        if name.startswith(CHOICE) and number.isdecimal() and len(number) < 19 and choice:
            yield int(number), choice


def _slot(choice: str, doctors: dict[str, Doctor], facility: Facility) -> Slot:
    doctor, at = choice.partition("|")[::2]
    try:
        starts_at = InstantField().clean(at)
    except ValidationError:
        starts_at = None
    if doctor not in doctors or starts_at is None:
        raise BadRequest(_("A choice names no doctor of this facility, or no time."))
    return Slot(doctors[doctor], facility, starts_at, starts_at + DEFAULT_DURATION)


def booked_already(plan: Plan) -> Appointment | None:
    """Return the first appointment of the series that an earlier press has booked, if any.

    It is that one only if it holds every date that is wanted now.
    """
    first = plan.slot.local_start
    same = AppointmentSeries.objects.filter(
        patient__in=plan.who.candidates,
        doctor=plan.slot.doctor,
        facility=plan.facility,
        rule=plan.repeat.rule,
        first_day=first.date(),
        time_of_day=first.time(),
    )
    planned = AppointmentSeries.objects.planned(**plan.wanted(None))
    wanted = {
        plan.replacing[index].starts_at if index in plan.replacing else starts_at
        for index, starts_at in enumerate(planned.starts)
        if index not in plan.leaving_out
    }
    for series in same:
        held = series.appointments.holding_time().order_by("starts_at")
        if wanted <= {each.starts_at for each in held}:
            return held.first()
    return None
