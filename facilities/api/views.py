from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.views import Creates, Destroys, Endpoint, Lists, Retrieves, Syncs, Updates
from facilities.api import filters, serializers
from facilities.models import CareType, Doctor, Facility, Room, ZipCodeRange


class CareTypes(Lists, Retrieves, Creates, Updates, Destroys, Endpoint):
    """The kinds of care that the network's facilities offer."""

    queryset = CareType.objects.all()
    serializer_class = serializers.CareTypeSerializer
    filterset_class = filters.CareTypeFilter


class Facilities(Syncs, Retrieves, Creates, Updates, Destroys, Endpoint):
    """The network's places of care.

    Patients see the public fields of those in use. `updated_since` leaves out what only the
    register changes (`registered_count`), and cannot tell of a facility that was deleted: one that
    goes out of use is deactivated, once no visit is to come (409 `visits_to_come`), and stays
    listed with `is_active: false`.
    """

    queryset = Facility.objects.prefetch_related("care_types", "zip_code_ranges")
    serializer_class = serializers.FacilitySerializer
    filterset_class = filters.FacilityFilter
    not_in_etag = ("registered_count", "places_left", "is_full")

    @extend_schema(
        summary="Find a facility for somebody who lives in a ZIP code",
        parameters=[serializers.MatchQuery],
        responses=serializers.MatchesSerializer,
    )
    @action(detail=False, needs="facilities.view_facility")
    def match(self, request: Request) -> Response:
        """Answer which facilities serve the ZIP code, those with room first, the nearest first.

        A full one is still named. When none has room, `nearest` names some that are near.
        """
        context = {"request": request}
        asked = serializers.MatchQuery(data=request.query_params, context=context)
        asked.is_valid(raise_exception=True)
        where = (asked.validated_data["zip_code"], asked.validated_data.get("care_type"))
        matches = Facility.objects.matching(*where)
        has_room = any(not match.is_full for match in matches)
        nearest = [] if has_room else Facility.objects.nearest(*where)
        answer = {"has_room": has_room, "matches": matches, "nearest": nearest}
        return Response(serializers.MatchesSerializer(answer, context=context).data)


class UnderFacility:
    """The rows of one facility, which the address names."""

    facility: Facility
    detail_route: str

    def initial(self: Any, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        visible = Facility.objects.visible_to(request.user)
        self.facility = get_object_or_404(visible, pk=kwargs["facility_id"])

    def get_queryset(self: Any) -> Any:
        rows = super().get_queryset()  # type: ignore[misc]
        return rows.filter(facility=self.kwargs.get("facility_id"))

    def location(self, row: Any) -> str:
        return reverse(self.detail_route, args=[row.pk])


class Rooms(Lists, Retrieves, Creates, Updates, Destroys, Endpoint):
    """The rooms of the facilities where the person asking works."""

    queryset = Room.objects.select_related("facility")
    serializer_class = serializers.RoomSerializer
    filterset_class = filters.RoomFilter


class FacilityRooms(UnderFacility, Lists, Creates, Endpoint):
    """The rooms of one facility."""

    queryset = Room.objects.select_related("facility")
    serializer_class = serializers.FacilityRoomSerializer
    detail_route = "api-v1:rooms-detail"


class ZipCodeRanges(Lists, Retrieves, Creates, Updates, Destroys, Endpoint):
    """The ZIP codes that facilities serve, from the first to the last of each range.

    Ranges of one facility do not overlap; facilities may share ZIP codes.
    """

    queryset = ZipCodeRange.objects.select_related("facility")
    serializer_class = serializers.ZipCodeRangeSerializer
    filterset_class = filters.ZipCodeRangeFilter


class FacilityZipCodeRanges(UnderFacility, Lists, Creates, Endpoint):
    """The ZIP codes that one facility serves."""

    queryset = ZipCodeRange.objects.select_related("facility")
    serializer_class = serializers.FacilityZipCodeRangeSerializer
    detail_route = "api-v1:zip-code-ranges-detail"


class Doctors(Syncs, Retrieves, Creates, Updates, Destroys, Endpoint):
    """The network's doctors; of a facility's staff, those who work there.

    Patients see the public fields of those who see patients now. `updated_since` cannot tell of a
    doctor who was deleted: one who leaves is deactivated, and stays listed with `is_active: false`.
    """

    queryset = Doctor.objects.prefetch_related("facilities", "care_types")
    serializer_class = serializers.DoctorSerializer
    filterset_class = filters.DoctorFilter
