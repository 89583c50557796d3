"""The weekly hours of a doctor."""

from typing import Any

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from api.examples import exemplified
from api.fields import Clock, Day, Named, Reference
from api.filters import DayFilter, Id
from api.serializers import ModelSerializer
from api.views import Destroys, Lists, Retrieves, Updates
from facilities.api.examples import HERE, WITH
from facilities.models import Facility
from scheduling.api.nested import OfDoctor
from scheduling.models import WorkingHours

MONDAYS: dict[str, Any] = {
    "id": 12,
    **WITH,
    **HERE,
    "weekday": 1,
    "weeks": 0,
    "starts_at": "08:00:00",
    "ends_at": "12:00:00",
    "valid_from": "2027-01-01",
    "valid_until": None,
}
HOURS_INPUT = {
    "facility_id": HERE["facility_id"],
    "weekday": 1,
    "starts_at": "08:00",
    "ends_at": "12:00",
    "valid_from": "2027-01-01",
}


class OwnFacility(Reference):
    """A facility where the doctor of the address works, and this person too."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(doctors=self.context["view"].whose)


@exemplified(sent=HOURS_INPUT, shown=MONDAYS)
class WorkingHoursSerializer(ModelSerializer):
    """Hours on one weekday, by the facility's clock; an end of 00:00 is the end of the day."""

    doctor_id = serializers.IntegerField(read_only=True)
    doctor_name = Named(source="doctor")
    facility_id = OwnFacility(Facility.objects.visible_to, source="facility")
    facility_name = Named(source="facility")
    starts_at = Clock()
    ends_at = Clock()
    valid_from = Day()
    valid_until = Day(required=False, allow_null=True)

    class Meta:
        model = WorkingHours
        fields = list(MONDAYS)


class WorkingHoursFilter(filters.FilterSet):
    facility = Id(field_name="facility_id")
    weekday = filters.ChoiceFilter(choices=WorkingHours.Weekday.choices)
    on = DayFilter(method="applying_on", help_text="What is valid on this day.")

    class Meta:
        model = WorkingHours
        fields: list[str] = []

    def applying_on(self, rows: Any, name: str, day: Any) -> Any:
        return rows.valid_between(day, day)


@extend_schema_view(
    list=extend_schema(summary="List a doctor's weekly hours"),
    retrieve=extend_schema(summary="Read some hours"),
    create=extend_schema(summary="Add hours on a weekday"),
    update=extend_schema(summary="Change hours as a whole; what may be left out stays"),
    partial_update=extend_schema(
        summary="Change hours",
        description="Hours that change from some day on are ended by `valid_until` and added anew.",
    ),
    destroy=extend_schema(summary="Delete hours that were entered by mistake"),
)
class DoctorHours(Lists, Retrieves, Updates, Destroys, OfDoctor):
    """When a doctor works where. Administrators write them, and doctors their own."""

    queryset = WorkingHours.objects.select_related("doctor", "facility").order_by(
        "weekday", "starts_at", "valid_from", "pk"
    )
    serializer_class = WorkingHoursSerializer
    filterset_class = WorkingHoursFilter
