from django.db.models import F, QuerySet
from django_filters import rest_framework as filters

from api.filters import Id, Ordering, Words, YesNo
from facilities.models import CareType, Doctor, Facility, Room, ZipCodeRange, zip_code_validator


class CareTypeFilter(filters.FilterSet):
    q = Words(field_name="name", lookup_expr="icontains", help_text="Part of the name.")
    ordering = Ordering(fields=["name", "id"])

    class Meta:
        model = CareType
        fields: list[str] = []


class FacilityFilter(filters.FilterSet):
    q = Words(field_name="name", lookup_expr="icontains", help_text="Part of the name.")
    care_type = Id(field_name="care_types", help_text="Offers this care.")
    zip_code = filters.CharFilter(
        method="serving", validators=[zip_code_validator], help_text="Serves this ZIP code."
    )
    city, state = Words(), Words()
    is_active = YesNo()
    has_room = YesNo(method="with_room", help_text="Can register another patient.")
    ordering = Ordering(fields=["name", "city", "state", "zip_code", "id"])

    class Meta:
        model = Facility
        fields: list[str] = []

    def serving(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(pk__in=Facility.objects.serving(value).values("pk"))

    def with_room(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        free = {"registered_count__lt": F("capacity")}
        return rows.filter(**free) if value else rows.exclude(**free)


class RoomFilter(filters.FilterSet):
    facility = Id()
    is_active = YesNo()
    q = Words(field_name="name", lookup_expr="icontains", help_text="Part of the name.")
    ordering = Ordering(fields=["name", "facility", "id"])

    class Meta:
        model = Room
        fields: list[str] = []


class ZipCodeRangeFilter(filters.FilterSet):
    facility = Id()
    zip_code = filters.CharFilter(
        method="covering", validators=[zip_code_validator], help_text="Holds this ZIP code."
    )
    ordering = Ordering(fields=["zip_min", "facility", "id"])

    class Meta:
        model = ZipCodeRange
        fields: list[str] = []

    def covering(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(zip_min__lte=value, zip_max__gte=value)


class DoctorFilter(filters.FilterSet):
    q = Words(field_name="name", lookup_expr="icontains", help_text="Part of the name.")
    facility = Id(field_name="facilities", distinct=True, help_text="Works at this facility.")
    care_type = Id(field_name="care_types", distinct=True, help_text="Provides this care.")
    specialization = Words()
    is_active = YesNo()
    ordering = Ordering(fields=["name", "specialization", "id"])

    class Meta:
        model = Doctor
        fields: list[str] = []
