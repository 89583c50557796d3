"""Types of visit: how long they take, who offers them, how they are booked online."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.examples import exemplified
from api.fields import Named, Reference
from api.filters import Id, Ordering, YesNo
from api.serializers import ForStaff, ModelSerializer
from api.views import Creates, Destroys, Endpoint, Lists, Retrieves, Updates
from facilities.api.examples import CARE_TYPE, DOCTOR_NAME
from facilities.api.serializers import IdAndName
from facilities.models import CareType, Doctor
from scheduling.api.appointments.serializers import doctors
from scheduling.models import AppointmentType

CHECK_UP: dict[str, Any] = {
    "id": 4,
    "name": "Check-up",
    "duration_minutes": 30,
    "buffer_minutes": 10,
    "care_type_id": CARE_TYPE["id"],
    "care_type_name": CARE_TYPE["name"],
    "doctor_ids": [DOCTOR_NAME["id"]],
    "doctors": [DOCTOR_NAME],
    "bookable_online": True,
    "minimum_notice_minutes": 120,
    "bookable_days_ahead": 90,
    "colour": "#4c6ef5",
    "is_active": True,
}


@exemplified(shown=DOCTOR_NAME | {"specialization": "Cardiology"})
class OfferingDoctor(IdAndName):
    specialization = serializers.CharField(read_only=True)


@exemplified(sent={"name": "Check-up", "duration_minutes": 30}, shown=CHECK_UP)
class AppointmentTypeSerializer(ForStaff, ModelSerializer):
    """A patient's answer lacks what concerns the desk."""

    for_staff = ("buffer_minutes", "doctor_ids", "doctors", "colour", "is_active")

    care_type_id = Reference(
        CareType.objects.visible_to, source="care_type", required=False, allow_null=True
    )
    care_type_name = Named(source="care_type", allow_null=True)
    doctor_ids = Reference(
        doctors,
        source="doctors",
        many=True,
        required=False,
        help_text="Who offers it. None: every doctor who provides its care type.",
    )
    doctors = IdAndName(many=True, read_only=True)

    class Meta:
        model = AppointmentType
        fields = list(CHECK_UP)


class AppointmentTypeFilter(filters.FilterSet):
    care_type = Id(field_name="care_type_id")
    doctor = Id(method="of_doctor", help_text="What this doctor offers.")
    bookable_online, is_active = YesNo(), YesNo()
    ordering = Ordering(fields=["name", "duration_minutes"])

    class Meta:
        model = AppointmentType
        fields: list[str] = []

    def of_doctor(self, rows: Any, name: str, pk: int) -> QuerySet:
        doctor = Doctor.objects.visible_to(self.request.user).filter(pk=pk).first()
        return rows.offered_by(doctor).distinct() if doctor else rows.none()


@extend_schema_view(
    list=extend_schema(summary="List types of visit"),
    retrieve=extend_schema(summary="Read a type of visit"),
    create=extend_schema(
        summary="Add a type of visit",
    ),
    update=extend_schema(summary="Change a type of visit as a whole; what may be left out stays"),
    partial_update=extend_schema(summary="Change a type of visit"),
    destroy=extend_schema(
        summary="Delete a type of visit",
        description="One that was booked cannot be deleted (409, `in_use`). Deactivate it instead.",
    ),
)
class AppointmentTypes(Lists, Retrieves, Creates, Updates, Destroys, Endpoint):
    """Kinds of visit. A patient sees those that they can book online."""

    queryset = AppointmentType.objects.select_related("care_type")
    serializer_class = AppointmentTypeSerializer
    filterset_class = AppointmentTypeFilter

    def get_queryset(self) -> Any:
        """Name the doctors whom this person may see."""
        seen = Doctor.objects.visible_to(self.request.user)
        return super().get_queryset().prefetch_related(Prefetch("doctors", seen))

    @extend_schema(
        summary="List the doctors who offer a type",
        description="Those whom this person may see, and who take appointments.",
        responses=OfferingDoctor(many=True),
        filters=False,
    )
    @action(
        detail=True,
        url_path="doctors",
        needs="facilities.view_doctor",
        filterset_class=None,
        serializer_class=OfferingDoctor,
    )
    def offered_by(self, request: Request, pk: str) -> Response:
        kind = self.get_object()
        offering = Doctor.objects.visible_to(request.user).active().filter(kind.offering)
        page = self.paginate_queryset(offering.distinct().order_by("name", "pk"))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
