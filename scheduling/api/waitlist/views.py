from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.filters import Id, Ordering
from api.headers import sends
from api.idempotency import idempotent
from api.views import Creates, Endpoint, Lists, Retrieves
from audit.api import ShowsRecords
from audit.kinds import Kind
from facilities.models import Facility
from scheduling import holding
from scheduling.api.appointments.booking import BOOK, LOST
from scheduling.api.appointments.refused import explained, unbooked
from scheduling.api.appointments.serializers import AppointmentSerializer, place
from scheduling.api.waitlist.serializers import (
    ClosingSerializer,
    EntryBookingSerializer,
    EntrySerializer,
    RemovalSerializer,
    WishSerializer,
)
from scheduling.models import Appointment, WaitlistEntry
from scheduling.openings import Slot
from scheduling.priority import Priority
from scheduling.querysets import Visit

WRITE = "scheduling.change_waitlistentry"
KEPT = {
    "type_id": _("What is waited for has its own type. Leave this out, or change the entry first."),
    "ends_at": _(
        "What is waited for has its own length. Leave the end out, or change the entry first."
    ),
}


class EntryFilter(filters.FilterSet):
    facility = Id(method="at", help_text="Who waits for it, and its own patients.")
    patient = Id(field_name="patient_id")
    doctor = Id(field_name="doctor_id")
    care_type = Id(field_name="care_type_id")
    priority = filters.ChoiceFilter(choices=Priority.choices)
    status = filters.ChoiceFilter(choices=WaitlistEntry.Status.choices)
    ordering = Ordering(fields=["created_at", "not_after", "id"])

    class Meta:
        model = WaitlistEntry
        fields: list[str] = []

    def at(self, rows: Any, name: str, pk: int) -> Any:
        facility = Facility.objects.visible_to(self.request.user).filter(pk=pk).first()
        return rows.at(facility) if facility else rows.none()


@extend_schema_view(
    list=extend_schema(
        summary="List who waits",
        description="The most pressing first, then who has waited longest.",
    ),
    retrieve=extend_schema(summary="Read an entry of the waitlist"),
    create=extend_schema(
        summary="Put a patient on the waitlist",
    ),
)
class Waitlist(ShowsRecords, Lists, Retrieves, Creates, Endpoint):
    """Patients who wait for a time, as the staff sees them."""

    queryset = WaitlistEntry.objects.select_related(
        "patient", "care_type", "doctor", "type", "facility"
    ).in_order()
    serializer_class = EntrySerializer
    filterset_class = EntryFilter
    shown_as = listed_as = Kind.WAITLIST
    # Sentences in the reader's language, about what the other fields hold.
    not_in_etag = ("what", "where", "when")

    @extend_schema(
        summary="Change what a patient waits for",
        request=WishSerializer,
        responses=EntrySerializer,
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        def change(entry: WaitlistEntry) -> None:
            context = self.get_serializer_context()
            wish = WishSerializer(entry, data=request.data, partial=True, context=context)
            wish.is_valid(raise_exception=True)
            wish.save()

        return self.answer(self.locked_for(change))

    @extend_schema(
        summary="Take a patient off the waitlist",
        request=RemovalSerializer,
        responses=EntrySerializer,
    )
    @action(detail=True, methods=["post"], needs=WRITE)
    @idempotent
    def remove(self, request: Request, pk: str) -> Response:
        said = self.read(RemovalSerializer)
        entry = self.get_object()
        entry.remove(said["reason"], by=request.user)
        return self.answer(entry)

    @extend_schema(
        summary="End an entry with an appointment that is booked already",
        request=ClosingSerializer,
        responses=EntrySerializer,
    )
    @action(detail=True, methods=["post"], needs=WRITE)
    @idempotent
    def close(self, request: Request, pk: str) -> Response:
        said = self.read(ClosingSerializer)
        entry = self.get_object()
        entry.close(said["appointment"], by=request.user)
        return self.answer(entry)

    @extend_schema(
        summary="Book what a patient waits for",
        description="The visit is booked and the entry ended in one transaction, or neither. "
        "Answers with the appointment.",
        request=EntryBookingSerializer,
        responses={201: AppointmentSerializer, **LOST},
    )
    @action(detail=True, methods=["post"], needs=WRITE)
    @sends(201, "Location")
    def book(self, request: Request, pk: str) -> Response:
        if not request.user.has_perm(BOOK):
            raise PermissionDenied
        try:
            return self.book_once(request)
        except ValidationError as error:
            raise self.lost(error) from error

    book.is_idempotent = True

    @idempotent
    def book_once(self, request: Request) -> Response:
        said = self.read(EntryBookingSerializer)
        self.entry, starts_at = self.get_object(), said["starts_at"]
        refuse_other(self.entry, said)
        doctor, facility = place(request.user, said["doctor_id"], said["facility_id"])
        self.slot = Slot(doctor, facility, starts_at, starts_at + self.entry.duration)
        made = holding.fulfil(self.entry, self.slot, by=request.user)
        shown = AppointmentSerializer(made, context=self.get_serializer_context()).data
        headers = {"Location": f"{request.path.partition('/waitlist/')[0]}/appointments/{made.pk}"}
        return Response(shown, status=status.HTTP_201_CREATED, headers=headers)

    def refuse_unseen(self, answered: dict[str, Any]) -> None:
        """Look also at the appointment that a booking was answered with."""
        super().refuse_unseen(answered)
        if self.action == "book":
            visible = Appointment.objects.visible_to(self.request.user)
            get_object_or_404(visible, pk=answered["id"])

    def lost(self, error: ValidationError) -> Exception:
        visit = Visit(
            patient=self.entry.patient,
            doctor=self.slot.doctor,
            facility=self.slot.facility,
            starts_at=self.slot.starts_at,
            ends_at=self.slot.ends_at,
            type=self.entry.type,
            by=self.request.user,
        )
        return explained(error, unbooked(visit), user=self.request.user, now=timezone.now())

    def read(self, kind: Any) -> dict[str, Any]:
        serializer = kind(data=self.request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        said: dict[str, Any] = serializer.validated_data
        return said


def refuse_other(entry: WaitlistEntry, said: dict[str, Any]) -> None:
    """Refuse another type or length than the entry has; an alternative names them as they are."""
    kept = {"type_id": entry.type_id, "ends_at": said["starts_at"] + entry.duration}
    for name, value in kept.items():
        if said.get(name, value) != value:
            raise serializers.ValidationError({name: [str(KEPT[name])]}, code="not_changeable")
