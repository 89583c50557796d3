"""Time off of a doctor and closures of a facility, with the appointments that they affect."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.examples import exemplified
from api.fields import Instant, Named
from api.filters import During
from api.serializers import ModelSerializer
from api.views import Destroys, Lists, Retrieves, Updates
from audit.api import ShowsRecords
from audit.kinds import Kind
from facilities.api.examples import HERE, WITH
from scheduling.api.appointments.serializers import AppointmentSerializer
from scheduling.api.nested import Nested, OfDoctor, OfFacility
from scheduling.models import Appointment, Closure, TimeOff

PERIOD = {"starts_at": "2027-03-15T05:00:00Z", "ends_at": "2027-03-16T05:00:00Z"}
SENT = PERIOD | {"reason": "Leave"}
SHOWN = SENT | {"id": 5, "appointments_to_move": 2}
AWAY = SHOWN | WITH | {"affected": "/api/v1/doctors/5/time-off/5/affected"}
CLOSED = SHOWN | HERE | {"affected": "/api/v1/facilities/12/closures/5/affected"}
ABSENCE = ["id", "starts_at", "ends_at", "reason", "appointments_to_move", "affected"]


class AbsenceSerializer(ModelSerializer):
    starts_at = Instant()
    ends_at = Instant()
    appointments_to_move = serializers.IntegerField(
        source="to_move",
        read_only=True,
        help_text="How many visits to come lie in it at one's own facilities. Nothing is moved "
        "by itself.",
    )
    affected = serializers.SerializerMethodField(help_text="Where to read them.")

    def get_affected(self, absence: Any) -> str:
        below = "time-off" if isinstance(absence, TimeOff) else "closures"
        path = self.context["request"].path.partition(f"/{below}")[0]
        return f"{path}/{below}/{absence.pk}/affected"


@exemplified(sent=SENT, shown=AWAY)
class TimeOffSerializer(AbsenceSerializer):
    doctor_id = serializers.IntegerField(read_only=True)
    doctor_name = Named(source="doctor")

    class Meta:
        model = TimeOff
        fields = [*ABSENCE, "doctor_id", "doctor_name"]


@exemplified(sent=SENT, shown=CLOSED)
class ClosureSerializer(AbsenceSerializer):
    facility_id = serializers.IntegerField(read_only=True)
    facility_name = Named(source="facility")

    class Meta:
        model = Closure
        fields = [*ABSENCE, "facility_id", "facility_name"]


class Absences(ShowsRecords, Lists, Retrieves, Updates, Destroys, Nested):
    """Absences name no patient; the list of what one affects does."""

    filterset_class = During
    listed_as = Kind.APPOINTMENT_LIST
    not_in_etag = ("appointments_to_move",)

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        own = Appointment.objects.at_facilities_of(self.request.user)
        return rows.counting(own.expected(timezone.now()))

    def affected_by(self, pk: str) -> Response:
        """Answer with the appointments of an absence, as far as this person sees them."""
        absence = self.get_object()
        visible = Appointment.objects.visible_to(self.request.user).values("pk")
        rows = absence.affected(timezone.now()).filter(pk__in=visible)
        rows = rows.select_related("patient", "doctor", "facility", "room", "type")
        page = self.paginate_queryset(rows.order_by("starts_at", "pk"))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


def affected(whose: str, needs: str) -> Any:
    """Return what describes the list of the affected appointments."""

    def decorate(handler: Any) -> Any:
        listed = extend_schema(
            summary=f"List the appointments that {whose} affects",
            description="Booked, arrived or checked in, and not over. What others see is not "
            "listed.",
            responses=AppointmentSerializer(many=True),
            filters=False,
        )
        route = action(
            detail=True,
            needs=needs,
            serializer_class=AppointmentSerializer,
            filterset_class=None,
        )
        return listed(route(handler))

    return decorate


def described(one: str, many: str, *, create: str, destroy: str) -> Any:
    """Return what gives the operations on absences of a kind their headings."""
    return extend_schema_view(
        list=extend_schema(summary=f"List {many}"),
        retrieve=extend_schema(summary=f"Read {one}"),
        create=extend_schema(summary=create),
        update=extend_schema(summary=f"Change {one} as a whole; what may be left out stays"),
        partial_update=extend_schema(summary=f"Change {one}"),
        destroy=extend_schema(summary=destroy),
    )


@described(
    "time off",
    "a doctor's time off",
    create="Enter time off",
    destroy="Take time off back",
)
class DoctorTimeOff(Absences, OfDoctor):
    """When a doctor is away. The desk writes it, and doctors their own."""

    queryset = TimeOff.objects.select_related("doctor").order_by("starts_at", "pk")
    serializer_class = TimeOffSerializer

    @affected("time off", "scheduling.view_timeoff")
    def affected(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self.affected_by(pk)


@described(
    "a closure",
    "a facility's closures",
    create="Enter a closure",
    destroy="Take a closure back",
)
class FacilityClosures(Absences, OfFacility):
    """When a whole facility is closed."""

    queryset = Closure.objects.select_related("facility").order_by("starts_at", "pk")
    serializer_class = ClosureSerializer

    @affected("a closure", "scheduling.view_closure")
    def affected(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self.affected_by(pk)
