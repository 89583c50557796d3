from typing import Any

from rest_framework import serializers

from accounts.models import User
from api.fields import Instant, Named, Reference
from api.serializers import ForStaff, ModelSerializer
from facilities.matching import Match
from facilities.models import (
    CareType,
    Doctor,
    Facility,
    Room,
    ZipCodeRange,
    zip_code_validator,
)


class IdAndName(serializers.Serializer):
    """What a list screen shows of a row that is referred to."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)


class CareTypeSerializer(ModelSerializer):
    class Meta:
        model = CareType
        fields = ["id", "name"]


class ZipSpan(serializers.ModelSerializer):
    class Meta:
        model = ZipCodeRange
        fields = ["id", "zip_min", "zip_max"]
        read_only_fields = fields


class PublicFacilitySerializer(ModelSerializer):
    """What everybody may know about a facility."""

    care_types = IdAndName(many=True, read_only=True)
    is_full = serializers.BooleanField(read_only=True)

    class Meta:
        model = Facility
        fields = [
            *("id", "name", "address_line", "city", "state", "zip_code", "phone", "timezone"),
            *("care_types", "is_full"),
        ]


class FacilitySerializer(ForStaff, PublicFacilitySerializer):
    for_staff = (
        *("care_type_ids", "zip_code_ranges", "capacity", "registered_count", "places_left"),
        *("identifier", "is_active", "updated_at"),
    )
    care_type_ids = Reference(
        CareType.objects.visible_to, many=True, required=False, source="care_types"
    )
    zip_code_ranges = ZipSpan(many=True, read_only=True)
    places_left = serializers.IntegerField(read_only=True)
    updated_at = Instant(read_only=True)

    class Meta(PublicFacilitySerializer.Meta):
        fields = [
            *PublicFacilitySerializer.Meta.fields,
            *("care_type_ids", "zip_code_ranges", "capacity", "registered_count", "places_left"),
            *("identifier", "is_active", "updated_at"),
        ]
        extra_kwargs = {"identifier": {"allow_blank": False}}


class MatchQuery(serializers.Serializer):
    zip_code = serializers.CharField(
        validators=[zip_code_validator], help_text="Where the patient lives."
    )
    care_type = Reference(
        CareType.objects.visible_to, required=False, help_text="The id of the care wanted."
    )


class MatchSerializer(ForStaff, serializers.Serializer):
    """A facility that somebody could go to, and how far it is."""

    for_staff = ("places_left",)
    facility = PublicFacilitySerializer()
    places_left = serializers.IntegerField(source="facility.places_left")
    miles = serializers.SerializerMethodField(help_text="Between the middles of the ZIP codes.")
    distance = serializers.CharField(help_text="In words; empty where it is unknown.")

    def get_miles(self, match: Match) -> int | None:
        return None if match.miles is None else round(match.miles)


class MatchesSerializer(serializers.Serializer):
    """The facilities that serve a ZIP code, those with room first, then the nearest first.

    A full one is named, with `is_full`. `nearest` is filled when none of them has room.
    """

    has_room = serializers.BooleanField()
    matches = MatchSerializer(many=True)
    nearest = MatchSerializer(many=True)


class FromAddress:
    """Takes the facility that the address names."""

    requires_context = True

    def __call__(self, field: Any) -> Facility:
        return field.context["view"].facility


class RoomSerializer(ModelSerializer):
    facility_id = Reference(Facility.objects.visible_to, source="facility")
    facility_name = Named(source="facility")

    class Meta:
        model = Room
        fields = ["id", "facility_id", "facility_name", "name", "is_active"]


class FacilityRoomSerializer(ModelSerializer):
    facility_id = serializers.IntegerField(read_only=True)
    facility_name = Named(source="facility")
    facility = serializers.HiddenField(default=FromAddress())

    class Meta(RoomSerializer.Meta):
        fields = [*RoomSerializer.Meta.fields, "facility"]


class ZipCodeRangeSerializer(ModelSerializer):
    facility_id = Reference(Facility.objects.visible_to, source="facility")
    facility_name = Named(source="facility")

    class Meta:
        model = ZipCodeRange
        fields = ["id", "facility_id", "facility_name", "zip_min", "zip_max"]


class FacilityZipCodeRangeSerializer(ModelSerializer):
    facility_id = serializers.IntegerField(read_only=True)
    facility_name = Named(source="facility")
    facility = serializers.HiddenField(default=FromAddress())

    class Meta(ZipCodeRangeSerializer.Meta):
        fields = [*ZipCodeRangeSerializer.Meta.fields, "facility"]


class DoctorSerializer(ForStaff, ModelSerializer):
    for_staff = (
        *("facility_ids", "care_type_ids", "user_id", "licence_number", "identifier"),
        *("is_active", "updated_at"),
    )
    facilities = IdAndName(many=True, read_only=True)
    care_types = IdAndName(many=True, read_only=True)
    facility_ids = Reference(
        Facility.objects.visible_to, many=True, required=False, source="facilities"
    )
    care_type_ids = Reference(
        CareType.objects.visible_to, many=True, required=False, source="care_types"
    )
    user_id = Reference(
        lambda _: User.objects.filter(role=User.Role.DOCTOR),
        required=False,
        allow_null=True,
        source="user",
        help_text="The account that the doctor signs in with.",
    )
    updated_at = Instant(read_only=True)

    class Meta:
        model = Doctor
        fields = [
            *("id", "name", "specialization", "years_of_experience", "facilities", "care_types"),
            *("facility_ids", "care_type_ids", "user_id", "licence_number", "identifier"),
            *("is_active", "updated_at"),
        ]
        extra_kwargs = {
            "identifier": {"allow_blank": False},
            "licence_number": {"allow_blank": False},
        }
