"""The steps of a visit: one action each, and the status that stands for them all."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.etags import may_match
from api.examples import exemplified
from api.idempotency import idempotent
from api.serializers import Serializer
from scheduling import permissions
from scheduling.api.appointments import examples
from scheduling.api.appointments.serializers import AppointmentSerializer
from scheduling.models import Appointment
from scheduling.status import Status


@exemplified(sent=examples.CANCEL)
class CancellationSerializer(Serializer):
    reason = serializers.CharField(max_length=200, help_text="Why it is cancelled.")


# What a status may be set to. A time is held by `hold`, and booked or confirmed for somebody.
BY_STATUS = [each for each in Status if each not in {Status.PENDING, Status.BOOKED}]


class StatusChangeSerializer(Serializer):
    status = serializers.ChoiceField(choices=[(each.value, each.label) for each in BY_STATUS])
    reason = serializers.CharField(
        max_length=200, required=False, default="", help_text="Why, where it is cancelled."
    )

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        if said["reason"] and said["status"] != Status.CANCELLED:
            message = _("A reason belongs to `cancelled` alone. Leave it out here.")
            raise serializers.ValidationError({"reason": [message]}, code="not_cancelled")
        return said


# Spelled out, as of a PATCH nothing would be required.
STATUS_CHANGE = {
    "type": "object",
    "required": ["status"],
    "additionalProperties": False,
    "properties": {
        "status": {"type": "string", "enum": [each.value for each in BY_STATUS]},
        "reason": {
            "type": "string",
            "maxLength": 200,
            "description": "Why, where it is cancelled.",
        },
    },
}


class Step(NamedTuple):
    """What brings an appointment to a status, and the permission that it needs."""

    take: Callable[..., None]
    permission: str


_TAKE: dict[Status, Callable[..., None]] = {
    Status.ARRIVED: Appointment.mark_arrived,
    Status.CHECKED_IN: Appointment.check_in,
    Status.FULFILLED: Appointment.fulfil,
    Status.NOSHOW: Appointment.mark_noshow,
    Status.CANCELLED: Appointment.cancel,
    Status.ENTERED_IN_ERROR: Appointment.mark_entered_in_error,
}
STEPS = {each: Step(take, permissions.STEP[each]) for each, take in _TAKE.items()}


def step(status: Status, summary: str, url_path: str, **said: Any) -> Callable[[Any], Any]:
    """Return what makes a handler the action of a step."""

    def decorate(handler: Any) -> Any:
        described = extend_schema(
            summary=summary,
            request=said.get("request"),
            responses={200: AppointmentSerializer},
        )
        route = action(
            detail=True, methods=["post"], url_path=url_path, needs=permissions.STEP[status]
        )
        return described(route(idempotent(may_match(handler))))

    return decorate


class Steps:
    @step(Status.ARRIVED, "The patient has arrived", "arrive")
    def arrive(self: Any, request: Request, pk: str) -> Response:
        return self.take(Status.ARRIVED)

    @step(Status.CHECKED_IN, "The patient is checked in", "check-in")
    def check_in(self: Any, request: Request, pk: str) -> Response:
        return self.take(Status.CHECKED_IN)

    @step(Status.FULFILLED, "The visit is done", "fulfil")
    def fulfil(self: Any, request: Request, pk: str) -> Response:
        return self.take(Status.FULFILLED)

    @step(Status.NOSHOW, "The patient has not come", "noshow")
    def noshow(self: Any, request: Request, pk: str) -> Response:
        return self.take(Status.NOSHOW)

    @step(Status.ENTERED_IN_ERROR, "It should never have been booked", "entered-in-error")
    def entered_in_error(self: Any, request: Request, pk: str) -> Response:
        return self.take(Status.ENTERED_IN_ERROR)

    @step(
        Status.CANCELLED,
        "Cancel an appointment",
        "cancel",
        request=CancellationSerializer,
    )
    def cancel(self: Any, request: Request, pk: str) -> Response:
        serializer = CancellationSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return self.take(Status.CANCELLED, serializer.validated_data["reason"])

    @extend_schema(
        summary="Take back the last step or move",
        description="Possible on the day it was made, for who may make such a change. A patient "
        "takes back only what they did themselves.",
        request=None,
        responses={200: AppointmentSerializer},
    )
    @action(detail=True, methods=["post"], needs="scheduling.view_appointment")
    @idempotent
    @may_match
    def undo(self: Any, request: Request, pk: str) -> Response:
        undo = partial(permissions.undo, by=request.user)
        return self.answer(self.decided(undo))

    @extend_schema(
        summary="Set the status",
        description="Does what the action of that status does. A hold becomes `booked` by "
        "`confirm`.",
        request={"application/json": STATUS_CHANGE},
        responses={200: AppointmentSerializer},
        examples=[examples.STATUS],
    )
    @action(detail=True, methods=["patch"], url_path="status")
    def status(self: Any, request: Request, pk: str) -> Response:
        serializer = StatusChangeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wanted = Status(serializer.validated_data["status"])
        self.require(STEPS[wanted].permission)
        return self.take(wanted, serializer.validated_data["reason"])

    def take(self: Any, status: Status, reason: str = "") -> Response:
        """Take the step, on the version that `If-Match` names: a PATCH has to name one."""
        said = [reason] if status == Status.CANCELLED else []
        step = STEPS[status]
        row = self.decided(lambda row: step.take(row, *said, by=self.request.user))
        response: Response = self.answer(row)
        return response
