"""Booking and holding a time."""

from datetime import timedelta
from typing import Any, cast

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api import problems
from api.etags import may_match
from api.idempotency import idempotent, is_repeatable
from api.problems import Conflict
from scheduling import holding
from scheduling.api.appointments import examples
from scheduling.api.appointments.refused import LostTime, explained, unbooked, unconfirmed
from scheduling.api.appointments.serializers import (
    AppointmentSerializer,
    BookingSerializer,
    ConfirmationSerializer,
    HoldSerializer,
    own_record,
)
from scheduling.models import Appointment
from scheduling.querysets import Visit
from scheduling.writing import one_fate

BOOK = "scheduling.book_appointment"
OVERRIDE = "scheduling.override_appointment"
LOST = {
    (400, problems.CONTENT_TYPE): OpenApiResponse(
        LostTime,
        "The input is not right; or a rule forbids the time, with the nearest that may be had.",
        [
            OpenApiExample("A field", examples.WRONG_FIELD),
            OpenApiExample("A rule", examples.OUTSIDE_HOURS),
        ],
    ),
    (409, problems.CONTENT_TYPE): OpenApiResponse(
        LostTime, "The time is taken: what is busy, and the nearest that are free."
    ),
}


class Books:
    """POST of a booking, and of a hold with what becomes of it."""

    wanted: Visit | None = None

    @extend_schema(
        summary="Book an appointment",
        description="A patient books for themselves, and only types that are bookable online.",
        request=BookingSerializer,
        responses={201: AppointmentSerializer, **LOST},
        examples=[examples.BOOK, examples.BOOK_BY_TYPE],
    )
    def create(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Book; where one's own hold stands in the way, confirm or give up that and book."""
        try:
            response = self.book(request)
        except ValidationError as error:
            if not self.holds_it(error):
                raise self.lost(error) from error
            response = self.retried(self.book_held, request)
        return cast("Response", self.committed(request, response))

    create.is_idempotent = create.logs_itself = True  # type: ignore[attr-defined]

    @idempotent
    def book(self: Any, request: Request) -> Response:
        """Book what is free. Refused, nothing of it stays: its key, its log and it are one."""
        visit, override = self.read(BookingSerializer, request)
        if override:
            return self.book_past_holds(request, visit, override)

        def book() -> Response:
            with one_fate():
                return self.made(Appointment.objects.book(**visit))

        if is_repeatable(request):
            return cast("Response", self.logged(request, book))
        Appointment.objects.refuse_taken(visit)
        with transaction.atomic():
            return cast("Response", self.logged(request, book))

    @idempotent
    def book_held(self: Any, request: Request) -> Response:
        return self.book_past_holds(request, *self.read(BookingSerializer, request))

    def book_past_holds(self: Any, request: Request, visit: Visit, override: str) -> Response:
        """Book past one's own holds, with a reason to `override` also over those of others."""

        def book() -> Response:
            return self.made(holding.book(request.user, visit, override=override))

        with transaction.atomic():
            return cast("Response", self.logged(request, book))

    @extend_schema(
        summary="Hold a time for five minutes",
        description="Nobody else can book it meanwhile. The staff may hold it before they know "
        "for whom. Asked for again unchanged, the same hold is answered, to last five minutes "
        "from then and a quarter of an hour in all; for another patient, type, room or length it "
        "is replaced. One person has five holds at most: of more the oldest is given up.",
        request=HoldSerializer,
        responses={201: AppointmentSerializer, **LOST},
    )
    @action(detail=False, methods=["post"], needs=BOOK)
    def hold(self: Any, request: Request) -> Response:
        try:
            return self.keep(request)
        except ValidationError as error:
            raise self.lost(error) from error

    hold.is_idempotent = True

    @idempotent
    def keep(self: Any, request: Request) -> Response:
        visit, _ = self.read(HoldSerializer, request)
        held = holding.keep(request.user, visit, now=timezone.now())
        return self.answer(held, status.HTTP_201_CREATED, self.address(held))

    @extend_schema(
        summary="Book what is held",
        request=ConfirmationSerializer,
        responses={200: AppointmentSerializer, **LOST},
    )
    @action(detail=True, methods=["post"], needs=BOOK)
    @idempotent
    @may_match
    def confirm(self: Any, request: Request, pk: str) -> Response:
        """Confirm one's own hold, which may have run out as long as nobody wanted its time.

        Confirmed again by the same person, it is refused with `already_booked` and the id.
        """

        wanted: list[Appointment] = []

        def confirm(hold: Appointment) -> None:
            said = self.confirmation(request, hold)
            wanted.append(unconfirmed(hold, said))
            holding.confirm(hold, by=request.user, **said)

        try:
            return self.answer(self.decided(confirm))
        except ValidationError as error:
            if getattr(error, "code", "") == "already_booked" or not wanted:
                raise booked_already(error, int(pk)) from error
            raise explained(error, wanted[-1], user=request.user, now=timezone.now()) from error

    @extend_schema(summary="Give a hold up", request=None, responses={200: AppointmentSerializer})
    @action(detail=True, methods=["post"], needs=BOOK)
    @idempotent
    @may_match
    def release(self: Any, request: Request, pk: str) -> Response:
        return self.answer(self.decided(lambda hold: holding.give_up(hold, by=request.user)))

    def read(self: Any, kind: Any, request: Request) -> tuple[Visit, str]:
        """Return what is wanted, and the reason to override if one is given."""
        serializer = kind(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        visit = serializer.validated_data
        override = visit.pop("override_reason", "")
        if override and not request.user.has_perm(OVERRIDE):
            raise PermissionDenied
        self.wanted = visit
        return visit, override

    def confirmation(self: Any, request: Request, hold: Appointment) -> dict[str, Any]:
        serializer = ConfirmationSerializer(
            data=request.data, context=self.get_serializer_context()
        )
        serializer.is_valid(raise_exception=True)
        said: dict[str, Any] = serializer.validated_data
        minutes = said.pop("duration_minutes", None)
        patient = said.pop("patient", None) or hold.patient
        if not request.user.is_clinic_staff:
            patient = own_record(request.user, patient)
        if patient is None:
            self.refuse_field("patient_id", _("Say whom the appointment is for."), "required")
        ends_at = hold.starts_at + timedelta(minutes=minutes) if minutes else None
        return {"type": hold.type, **said, "patient": patient, "ends_at": ends_at}

    def made(self: Any, appointment: Appointment) -> Response:
        """Answer with a booking as it was just written; everything beside it is known."""
        data = self.representation(appointment)
        headers = {"ETag": self.etag(data), "Location": self.address(appointment)}
        return Response(data, status=status.HTTP_201_CREATED, headers=headers)

    def lost(self: Any, error: ValidationError) -> Exception:
        if self.wanted is None:
            return error
        lost = unbooked(self.wanted)
        return explained(error, lost, user=self.request.user, now=timezone.now())

    def holds_it(self: Any, error: ValidationError) -> bool:
        """Say whether what is taken may be taken by a hold of one's own."""
        if self.wanted is None or getattr(error, "code", "") not in holding.BUSY:
            return False
        return holding.stands_in_the_way(self.request.user, self.wanted, now=timezone.now())

    def retried(self: Any, handler: Any, request: Request) -> Response:
        try:
            response: Response = handler(request)
        except ValidationError as error:
            raise self.lost(error) from error
        return response


def booked_already(error: ValidationError, pk: int) -> Exception:
    """Name the appointment that a hold became; return any other refusal as it is."""
    if getattr(error, "code", "") != "already_booked":
        return error
    return Conflict(" ".join(error.messages), "already_booked", appointment_id=pk)
