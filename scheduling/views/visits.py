"""The list of a day's visits, and the steps of each in its row."""

from datetime import timedelta
from typing import Any, NamedTuple

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from facilities.models import Doctor, Room
from scheduling import board, flow
from scheduling.agenda import doctor_days, doctors_on
from scheduling.asked import number_in
from scheduling.availability import day_bounds
from scheduling.models import Appointment
from scheduling.status import Status
from scheduling.views.answers import DeskRequest
from scheduling.views.frame import framed, fresh, kept
from scheduling.views.steps import offered

ONE_DAY = timedelta(days=1)


class Chosen(NamedTuple):
    """What of the list is looked at; None stands for everything."""

    doctor: Doctor | None
    room: Room | None
    status: Status | None
    is_by_status: bool

    @classmethod
    def of(cls, request: DeskRequest, doctors: list[Doctor], rooms: list[Room]) -> "Chosen":
        """Return what the address names; it names nobody and nowhere that is not here."""
        doctor, room = (number_in(request.GET.get(name, "")) for name in ("doctor", "room"))
        status = request.GET.get("status")
        return cls(
            next((each for each in doctors if each.pk == doctor), None),
            next((each for each in rooms if each.pk == room), None),
            Status(status) if status in flow.STATUSES else None,
            request.GET.get("order") == "status",
        )

    def keeps(self, visit: Appointment) -> bool:
        """Say whether a visit belongs to the doctor and the room."""
        return (self.doctor is None or visit.doctor_id == self.doctor.pk) and (
            self.room is None or visit.room_id == self.room.pk
        )

    @property
    def query(self) -> dict[str, Any]:
        return {
            "doctor": self.doctor and self.doctor.pk,
            "room": self.room and self.room.pk,
            "order": "status" if self.is_by_status else "",
        }


@require_safe
@permission_required("scheduling.view_appointment", raise_exception=True)
def visits(request: DeskRequest, facility_id: int) -> HttpResponse:
    """Show a row for each visit of a day; `?doctor=`, `?room=` and `?status=` choose among them."""
    return fresh(request, facility_id, "list", lambda: _content(request, facility_id))


def _content(request: DeskRequest, facility_id: int) -> dict[str, Any]:
    context = framed(request, facility_id, "list")
    facility, day = context["facility"], context["day"]
    doctors, rooms = doctors_on(facility, day), list(facility.rooms.all())
    chosen = Chosen.of(request, doctors, rooms)
    context |= kept(**chosen.query, status=chosen.status) | {
        "doctors": doctors,
        "rooms": rooms,
        "chosen": chosen,
        "doctor": chosen.doctor,
        "besides_status": kept(**chosen.query)["kept"],
        "free": _free(context, [chosen.doctor] if chosen.doctor else doctors),
        "previous_day": day - ONE_DAY,
        "next_day": day + ONE_DAY,
    }
    return context | _found(request, context, chosen)


def _found(request: DeskRequest, context: dict[str, Any], chosen: Chosen) -> dict[str, Any]:
    """Return the rows with the steps that this person may take, and how many have each status."""
    facility, now = context["facility"], context["now"]
    whole_day = day_bounds(context["day"], facility.tz)
    on_day = Appointment.objects.visible_to(request.user).filter(facility=facility)
    on_day = on_day.during(whole_day).filter(status__in=flow.STATUSES)
    on_day = on_day.filter(patient__isnull=False)
    related = ("patient", "doctor", "room", "type", "facility")
    here = [visit for visit in on_day.select_related(*related) if chosen.keeps(visit)]
    everybody = flow.rows(here, now)
    rows = [row for row in everybody if chosen.status in {None, row.visit.status}]
    rows = flow.by_status(rows) if chosen.is_by_status else rows
    has_now_line = context["day"] == context["today"] and not chosen.is_by_status
    to_come = (row.visit.pk for row in rows if has_now_line and row.visit.starts_at > now)
    return {
        "counts": flow.counts(everybody),
        "total": len(everybody),
        "rows": [(row, offered(row.visit, request.user, now)) for row in rows],
        "after_now": next(to_come, None),
        "midnight": whole_day.starts_at,
    }


def _free(context: dict[str, Any], doctors: list[Doctor]) -> list[board.Column]:
    facility, day = context["facility"], context["day"]
    whole_day = day_bounds(day, facility.tz)
    return [
        board.column(each, facility, whole_day, (), context["now"])
        for each in doctor_days(facility, doctors, day, day)
    ]
