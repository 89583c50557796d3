from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api import problems
from api.filters import Id, Ordering
from api.headers import sends
from api.idempotency import idempotent
from api.problems import Conflict
from api.views import Endpoint, Lists, Retrieves
from audit.api import ShowsRecords
from audit.kinds import Kind
from scheduling import holding
from scheduling.api.appointments.serializers import works_at
from scheduling.api.series import serializers
from scheduling.availability import DEFAULT_DURATION
from scheduling.clashes import Clash, SeriesClash
from scheduling.models import Appointment, AppointmentSeries
from scheduling.openings import Slot

BOOK = "scheduling.book_series"
CLASHES = {
    (409, problems.CONTENT_TYPE): OpenApiResponse(
        serializers.SeriesProblem, "Some dates cannot be had, and nothing was saved."
    )
}
DETAILS = ("reason", "notes")


class SeriesFilter(filters.FilterSet):
    patient = Id(field_name="patient_id")
    doctor = Id(field_name="doctor_id")
    facility = Id(field_name="facility_id")
    ordering = Ordering(fields=["first_day", "last_day", "created_at", "id"])

    class Meta:
        model = AppointmentSeries
        fields: list[str] = []


@extend_schema_view(
    list=extend_schema(summary="List series"),
    retrieve=extend_schema(
        summary="Read a series with its appointments",
        responses=serializers.SeriesDetailSerializer,
    ),
)
class Series(ShowsRecords, Lists, Retrieves, Endpoint):
    """Appointments that repeat, booked all at once or not at all."""

    queryset = AppointmentSeries.objects.select_related(
        "patient", "doctor", "facility", "room", "type"
    )
    serializer_class = serializers.SeriesSerializer
    filterset_class = SeriesFilter
    shown_as = listed_as = Kind.SERIES

    def permission(self) -> str:
        return BOOK if self.action == "create" else super().permission()

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        if self.action == "list":
            return rows
        visits = Appointment.objects.visible_to(self.request.user).order_by("starts_at", "pk")
        related = ("patient", "doctor", "facility", "room", "type")
        shown = visits.select_related(*related)
        return rows.prefetch_related(Prefetch("appointments", shown, to_attr="shown"))

    def get_serializer_class(self) -> Any:
        if self.action == "list":
            return self.serializer_class
        return serializers.SeriesDetailSerializer

    @extend_schema(
        summary="Book a series, or look what it would come to",
        description="With `dry_run` every date is answered, with what stands in its way. Without, "
        "all dates are booked or none: of those that clash each is taken at another time "
        "(`replacing`) or left out (`leaving_out`).",
        request=serializers.RepeatedSerializer,
        responses={
            200: OpenApiResponse(serializers.ForeseenSerializer, "Looked at; nothing is booked."),
            201: serializers.SeriesDetailSerializer,
            **CLASHES,
        },
    )
    @sends(200)
    def create(self, request: Request) -> Response:
        """Book; a look is not kept with its key, as it writes nothing and is soon out of date."""
        said = self.read(serializers.RepeatedSerializer)
        if not said["dry_run"]:
            return self.book(request)
        wanted, choices, details = self.parted(said)
        everything = wanted | choices | {"details": details, "hold": self.own_hold(said)}
        clashes = AppointmentSeries.objects.foreseen(**everything)
        return Response(foreseen(wanted, clashes))

    create.is_idempotent = True

    @idempotent
    def book(self, request: Request) -> Response:
        said = self.read(serializers.RepeatedSerializer)
        wanted, choices, details = self.parted(said)
        try:
            everything = wanted | choices | {"details": details, "hold": self.own_hold(said)}
            series = AppointmentSeries.objects.book(**everything)
        except SeriesClash as error:
            raise clashing(error) from error
        return self.answer(series, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Cancel an appointment of the series and all that follow",
        request=serializers.CancelFollowingSerializer,
        responses=serializers.SeriesDetailSerializer,
    )
    @action(
        detail=True,
        methods=["post"],
        url_path="cancel-following",
        needs=BOOK,
    )
    @idempotent
    def cancel_following(self, request: Request, pk: str) -> Response:
        series = self.get_object()
        said = self.read(serializers.CancelFollowingSerializer, series=series)
        series.cancel_from(said["appointment"], said["reason"], by=request.user)
        return self.answer(series)

    @extend_schema(
        summary="Move an appointment of the series and all that follow",
        description="By as many days, hours and minutes of the wall clock. All move or none.",
        request=serializers.MoveFollowingSerializer,
        responses={200: serializers.SeriesDetailSerializer, **CLASHES},
    )
    @action(
        detail=True,
        methods=["post"],
        url_path="move-following",
        needs=BOOK,
    )
    @idempotent
    def move_following(self, request: Request, pk: str) -> Response:
        series = self.get_object()
        said = self.read(serializers.MoveFollowingSerializer, series=series)
        works_at(said.get("doctor"), series.facility)
        try:
            series.move_from(
                said["appointment"],
                starts_at=said["starts_at"],
                doctor=said.get("doctor"),
                by=request.user,
                **self.choices(said, series.facility, series.duration),
            )
        except SeriesClash as error:
            raise clashing(error) from error
        return self.answer(series)

    def read(self, kind: Any, **context: Any) -> dict[str, Any]:
        serializer = kind(data=self.request.data, context=self.get_serializer_context() | context)
        serializer.is_valid(raise_exception=True)
        said: dict[str, Any] = serializer.validated_data
        return said

    def own_hold(self, said: dict[str, Any]) -> Appointment | None:
        """Return this person's hold of the first date, which gives way to the series."""
        first = Slot(said["doctor"], said["facility"], said["starts_at"], said["starts_at"])
        return holding.own_hold(self.request.user, first).first()

    def parted(self, said: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
        """Return what `planned()` takes, the choices, and what is said of each visit."""
        named = ("patient", "doctor", "facility", "room", "type", "starts_at", "rule")
        wanted = {name: said.get(name) for name in (*named, "duration_minutes")}
        choices = self.choices(said, said["facility"], DEFAULT_DURATION)
        details = {name: said[name] for name in DETAILS if name in said}
        return wanted | {"by": self.request.user}, choices, details

    def choices(self, said: dict[str, Any], facility: Any, duration: Any) -> dict[str, Any]:
        chosen = said.get("replacing", [])
        for doctor in {each["doctor"] for each in chosen}:
            works_at(doctor, facility)
        return {
            "replacing": serializers.slots_of(chosen, facility, duration),
            "leaving_out": set(said.get("leaving_out", [])),
        }


def foreseen(wanted: dict[str, Any], clashes: list[Clash]) -> Any:
    """Return every date of a series, by the rule's order, with what stands in its way."""
    series = AppointmentSeries.objects.planned(**wanted)
    lost = {clash.index: clash for clash in clashes}
    dates = [
        {"index": index, "starts_at": starts_at, "clash": lost.get(index)}
        for index, starts_at in enumerate(series.starts)
    ]
    return serializers.ForeseenSerializer({"rule": series.rule, "dates": dates}).data


def clashing(error: SeriesClash) -> Conflict:
    shown = serializers.ClashSerializer(error.clashes, many=True).data
    return Conflict(
        _(
            "Some of these times cannot be had, and nothing was saved. Choose for each of "
            "`clashes`: send another time in `replacing`, or leave it out."
        ),
        "series_clash",
        clashes=shown,
    )
