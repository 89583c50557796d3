from collections.abc import Callable
from typing import Any, NoReturn
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from api.retries import retried_once
from api.views import Endpoint, Retrieves, Syncs
from audit.api import ShowsRecords
from audit.kinds import Kind
from scheduling import holding
from scheduling.api.appointments.booking import BOOK, LOST, OVERRIDE, Books
from scheduling.api.appointments.filters import AppointmentFilter
from scheduling.api.appointments.reading import Reads
from scheduling.api.appointments.refused import explained
from scheduling.api.appointments.serializers import (
    AppointmentSerializer,
    ChangeSerializer,
    works_at,
)
from scheduling.api.appointments.steps import STEPS, Steps
from scheduling.api.appointments.waiting import SuitsThoseWhoWait
from scheduling.lost import unmoved
from scheduling.models import Appointment
from scheduling.status import Status

MOVE, FULFIL = "scheduling.reschedule_appointment", "scheduling.fulfil_appointment"
# Who may change what: time and place who may move, words for the patient who may book, and words
# for the staff who see the patient through.
CHANGES = {
    **dict.fromkeys(("starts_at", "doctor", "room"), MOVE),
    "override_reason": OVERRIDE,
    "reason": BOOK,
    "notes": FULFIL,
}
KEPT = {
    "facility_id": _("A visit stays at its facility. Book another one there, and cancel this one."),
    "type_id": _("A visit keeps its type. Book another one of that type, and cancel this one."),
    "ends_at": _(
        "A visit keeps its length. Leave the end out, or book another one and cancel this."
    ),
}


@extend_schema_view(
    list=extend_schema(
        summary="List appointments",
        description="Left out is what was entered in error, unless `status` asks for it, and what "
        "never was more than a hold, once it is given up or has run out.",
    ),
    retrieve=extend_schema(summary="Read an appointment"),
)
class Appointments(
    ShowsRecords, Books, Steps, Reads, SuitsThoseWhoWait, Syncs, Retrieves, Endpoint
):
    """Visits, and times that are held for one."""

    queryset = Appointment.objects.select_related("patient", "doctor", "facility", "room", "type")
    serializer_class = AppointmentSerializer
    filterset_class = AppointmentFilter
    shown_as, listed_as = Kind.APPOINTMENT, Kind.APPOINTMENT_LIST
    not_in_etag = ("next_steps", "is_movable")
    row: Appointment

    def permission(self) -> str:
        match self.action:
            case "create":
                return BOOK
            case "partial_update":
                return self.first_held([MOVE, BOOK, FULFIL])
            case "status":
                return self.first_held([step.permission for step in STEPS.values()])
        return super().permission()

    def first_held(self, permissions: list[str]) -> str:
        """Return the first of several permissions that this person holds, else the first."""
        held = filter(self.request.user.has_perm, permissions)
        return next(held, permissions[0])

    def listed(self) -> Any:
        rows = super().listed().besides_past_holds()
        if Status.ENTERED_IN_ERROR in self.request.query_params.getlist("status"):
            return rows
        return rows.exclude(status=Status.ENTERED_IN_ERROR)

    @extend_schema(
        summary="Move an appointment, or change what is said of it",
        description="Both may be in one request; then either both are done or neither.",
        request=ChangeSerializer,
        responses={200: AppointmentSerializer, **LOST},
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        serializer = ChangeSerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        said = serializer.validated_data
        for name in said.keys() & CHANGES.keys():
            self.require(CHANGES[name])
        try:
            self.change_locked(said)
        except ValidationError as error:
            raise self.unmovable(error, said) from error
        return self.answer(self.row)

    @retried_once
    def change_locked(self, said: dict[str, Any]) -> None:
        with transaction.atomic():
            self.row = self.locked()
            self.change(self.row, said)

    def unmovable(self, error: ValidationError, said: dict[str, Any]) -> Exception:
        """Return why the appointment, which is as it was before, could not be changed."""
        row, user = self.row, self.request.user
        starts_at = said.get("starts_at", row.starts_at)
        wanted = unmoved(row, starts_at, said.get("doctor"), said.get("room"))
        return explained(error, wanted, user=user, now=timezone.now(), moving=row)

    def change(self, row: Appointment, said: dict[str, Any]) -> None:
        self.refuse_unchangeable(row, said)
        works_at(said.get("doctor"), row.facility)
        if said.keys() & {"starts_at", "doctor", "room"}:
            holding.move(
                row,
                starts_at=said.get("starts_at", row.starts_at),
                doctor=said.get("doctor"),
                room=said.get("room"),
                override=said.get("override_reason", ""),
                by=self.request.user,
            )
        if said.keys() & {"reason", "notes"}:
            row.describe(
                reason=said.get("reason", row.reason),
                notes=said.get("notes", row.notes),
                by=self.request.user,
            )

    def refuse_unchangeable(self, row: Appointment, said: dict[str, Any]) -> None:
        """Refuse another facility, type or length, which an alternative names as they are."""
        starts_at = said.get("starts_at", row.starts_at)
        kept = {
            "facility_id": row.facility_id,
            "type_id": row.type_id,
            "ends_at": starts_at + row.duration,
        }
        for name, value in kept.items():
            if said.get(name, value) != value:
                self.refuse_field(name, str(KEPT[name]), "not_changeable")

    def decided(self, decide: Callable[[Appointment], Any]) -> Appointment:
        """Decide on the appointment of this address, the one that `If-Match` names if sent.

        A PATCH has to name one.
        """
        if "If-Match" in self.request.headers or self.request.method != "POST":
            locked: Appointment = self.locked_for(decide)
            return locked
        row: Appointment = self.get_object()
        decide(row)
        return row

    def answer(
        self, row: Any, code: int = status.HTTP_200_OK, location: str | None = None
    ) -> Response:
        """Return a row that was just written, which this person saw when they decided on it.

        Raises Http404 when it was deleted since.
        """
        data = self.representation(get_object_or_404(self.queryset, pk=row.pk))
        headers = {"ETag": self.etag(data)} | ({"Location": location} if location else {})
        return Response(data, status=code, headers=headers)

    def address(self, row: Appointment) -> str:
        return urlsplit(self.reverse_action("detail", args=[row.pk])).path

    def require(self, permission: str) -> None:
        if not self.request.user.has_perm(permission):
            raise PermissionDenied

    def refuse_field(self, name: str, message: str, code: str) -> NoReturn:
        raise serializers.ValidationError({name: [message]}, code=code)
