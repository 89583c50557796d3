"""Work lists: what cannot take place as booked, moved one by one or all as proposed."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from facilities.models import Doctor
from scheduling.absence_forms import place
from scheduling.asked import number_in
from scheduling.forms import InstantField
from scheduling.models import Appointment
from scheduling.models.hours import Absence
from scheduling.views.absences import clock_of, may, visible
from scheduling.views.answers import DeskRequest, refusal_status
from scheduling.views.doctors import stranded_by, visible_doctor
from scheduling.worklist import MOST_SHOWN, Choice, Refusal, move_each, proposals

may_move = permission_required("scheduling.reschedule_appointment", raise_exception=True)
SHOWN_WITH = ("patient", "doctor", "facility", "room", "type")


class WorkList(NamedTuple):
    """What a list is about, and the appointments on it that this person sees."""

    address: str
    moves_to: str
    appointments: list[Appointment]
    total: int
    hidden: int
    words: dict[str, Any]


@require_safe
def absence(request: DeskRequest, kind: type[Absence], pk: int) -> HttpResponse:
    """Show an absence, and the appointments that it leaves to be moved."""
    return shown(request, of_absence(request, kind, pk))


@require_POST
@may_move
def move_affected(request: DeskRequest, kind: type[Absence], pk: int) -> HttpResponse:
    """Move the appointments of an absence that the form names."""
    return moved(request, lambda: of_absence(request, kind, pk))


@require_safe
@permission_required("scheduling.view_workinghours", raise_exception=True)
def outside_hours(request: DeskRequest, doctor_id: int) -> HttpResponse:
    """Show a doctor's appointments that no hours cover."""
    return shown(request, of_doctor(request, doctor_id))


@require_POST
@may_move
def move_stranded(request: DeskRequest, doctor_id: int) -> HttpResponse:
    """Move the appointments outside a doctor's hours that the form names."""
    return moved(request, lambda: of_doctor(request, doctor_id))


def of_absence(request: DeskRequest, kind: type[Absence], pk: int) -> WorkList:
    """Return the work list of an absence; what others see of it is only counted."""
    found, now = visible(request, kind, pk), timezone.now()
    affected = found.affected(now)
    own = affected.filter(pk__in=Appointment.objects.visible_to(request.user).values("pk"))
    count = own.count()
    words = {
        "absence": found,
        "facility": clock_of(request, found),
        "may_change": may(request, "change", found),
        "may_delete": may(request, "delete", found),
    }
    name = "time-off" if isinstance(found.whose, Doctor) else "closure"
    return WorkList(
        found.get_absolute_url(),
        reverse(f"scheduling:move-{name}", args=[pk]),
        list(own.select_related(*SHOWN_WITH)[:MOST_SHOWN]),
        count,
        affected.count() - count,
        words,
    )


def of_doctor(request: DeskRequest, doctor_id: int) -> WorkList:
    """Return the work list of a doctor whose hours have changed."""
    doctor = visible_doctor(request, doctor_id)
    found = stranded_by(request, doctor)
    words = {"doctor": doctor, "facility": place(doctor)}
    return WorkList(
        reverse("scheduling:stranded", args=[doctor.pk]),
        reverse("scheduling:move-stranded", args=[doctor.pk]),
        found[:MOST_SHOWN],
        len(found),
        0,
        words,
    )


def shown(
    request: DeskRequest,
    work: WorkList,
    refused: list[Refusal] | None = None,
    done: int = 0,
) -> HttpResponse:
    """Render the list with a proposal for each; as 409 or 422 when a move was refused."""
    listed = proposals(work.appointments, now=timezone.now())
    context = work.words | {
        "work": work,
        "proposals": listed,
        "movable": [each for each in listed if each.slot],
        "most_shown": MOST_SHOWN,
        "refused": refused or [],
        "done": done,
        "may_move": request.user.has_perm("scheduling.reschedule_appointment"),
        "may_cancel": request.user.has_perm("scheduling.cancel_appointment"),
    }
    status = max((refusal_status(each.error) for each in refused or []), default=200)
    return render(request, "scheduling/worklist.html", context, status=status)


def moved(request: DeskRequest, work: Callable[[], WorkList]) -> HttpResponse:
    """Make the moves; go back to what is left, or show it with the reasons of each refusal."""
    before = work()
    done, refused = move_each(choices(request), by=request.user)
    if refused:
        return shown(request, work(), refused, len(done))
    messages.success(
        request,
        ngettext("%(count)s appointment moved.", "%(count)s appointments moved.", len(done))
        % {"count": len(done)},
    )
    return redirect(before.address)


def choices(request: DeskRequest) -> list[Choice]:
    """Return the moves that the form names: `<appointment>|<version>|<doctor>|<start>` each.

    Raises BadRequest for what no list has offered, and Http404 for what this person cannot see.
    """
    rows = [parts.split("|") for parts in request.POST.getlist("move")]
    if not 0 < len(rows) <= MOST_SHOWN or any(len(row) != 4 for row in rows):
        raise BadRequest(_("The form names no moves of this list. Open the list again."))
    numbers = [[number_in(text) for text in row[:3]] for row in rows]
    visible_rows = Appointment.objects.visible_to(request.user).expected(timezone.now())
    visible_rows = visible_rows.select_related(*SHOWN_WITH)
    appointments = visible_rows.in_bulk([row[0] for row in numbers if row[0]])
    doctors = Doctor.objects.visible_to(request.user).in_bulk([row[2] for row in numbers if row[2]])
    found = []
    for (pk, version, doctor), row in zip(numbers, rows, strict=True):
        if pk not in appointments or doctor not in doctors:
            raise Http404
        found.append(Choice(appointments[pk], doctors[doctor], start_in(row[3]), version or 0))
    return found


def start_in(text: str) -> Any:
    try:
        return InstantField().clean(text)
    except ValidationError as error:
        raise BadRequest(error.messages[0]) from error
