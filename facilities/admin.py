from collections.abc import Iterator
from itertools import combinations
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from facilities.admin_refusals import RefusalsInWords
from facilities.exchange.admin import ExchangeAdmin
from facilities.exchange.places import DoctorResource, FacilityResource, ZipCodeRangeResource
from facilities.models import (
    OVERLAPPING_RANGES,
    CareType,
    Doctor,
    Facility,
    Room,
    ZipCodeRange,
)


class ZipCodeRangeFormSet(BaseInlineFormSet):
    """Ranges of one facility, compared with each other: the database sees only what is stored."""

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form not in self.deleted_forms]
        rows = [form.instance for form in kept if form.has_changed() or form.instance.pk]
        if any(one.overlaps(other) for one, other in combinations(rows, 2)):
            raise ValidationError(OVERLAPPING_RANGES, code="zip_codes_overlap")


class ZipCodeRangeInline(admin.TabularInline):
    model = ZipCodeRange
    formset = ZipCodeRangeFormSet
    extra = 0


class RoomInline(admin.TabularInline):
    model = Room
    extra = 0


@admin.register(CareType)
class CareTypeAdmin(RefusalsInWords, admin.ModelAdmin):
    ordering = ["name"]
    list_display = ["name", "places", "doctors_giving_it"]
    search_fields = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CareType]:
        return (
            super()
            .get_queryset(request)
            .annotate(
                place_count=Count("facilities", distinct=True),
                doctor_count=Count("doctors", distinct=True),
            )
        )

    @admin.display(description=_("facilities"), ordering="place_count")
    def places(self, care_type: Any) -> int:
        return care_type.place_count

    @admin.display(description=_("doctors"), ordering="doctor_count")
    def doctors_giving_it(self, care_type: Any) -> int:
        return care_type.doctor_count


@admin.register(Facility)
class FacilityAdmin(ExchangeAdmin, RefusalsInWords, admin.ModelAdmin):
    resource = FacilityResource
    list_display = ["name", "city", "zip_code", "timezone", "registered", "is_active"]
    list_filter = ["is_active", "care_types", "timezone"]
    search_fields = ["name", "city", "zip_code", "identifier"]
    filter_horizontal = ["care_types"]
    autocomplete_fields = ["staff"]
    readonly_fields = ["registered_count", "identifier", "updated_at"]
    inlines = [ZipCodeRangeInline, RoomInline]

    @admin.display(description=_("registered"), ordering="registered_count")
    def registered(self, facility: Facility) -> str:
        return gettext("%(registered)s of %(capacity)s") % {
            "registered": facility.registered_count,
            "capacity": facility.capacity,
        }


class StateFilter(admin.AllValuesFieldListFilter):
    """States of facilities, the empty one by a name that can be pressed."""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": choice["display"] or self.empty_value_display}


@admin.register(ZipCodeRange)
class ZipCodeRangeAdmin(ExchangeAdmin, RefusalsInWords, admin.ModelAdmin):
    resource = ZipCodeRangeResource
    list_display = ["__str__", "facility", "zip_min", "zip_max"]
    list_filter = [("facility__state", StateFilter), "facility"]
    list_select_related = ["facility"]
    search_fields = ["facility__name", "zip_min", "zip_max"]
    autocomplete_fields = ["facility"]


@admin.register(Room)
class RoomAdmin(RefusalsInWords, admin.ModelAdmin):
    list_display = ["name", "facility", "is_active"]
    list_filter = ["is_active", "facility"]
    list_select_related = ["facility"]
    search_fields = ["name", "facility__name"]
    autocomplete_fields = ["facility"]


class DoctorAdmin(ExchangeAdmin, RefusalsInWords, admin.ModelAdmin):
    """Who a doctor is. `scheduling.admin_doctors` adds when they work, and registers it."""

    resource: ClassVar[type[DoctorResource]] = DoctorResource
    list_display = ["name", "specialization", "licence_number", "places", "care", "is_active"]
    list_filter = ["is_active", "care_types", "facilities", "specialization"]
    list_select_related = ["user"]
    search_fields = ["name", "specialization", "licence_number", "identifier"]
    autocomplete_fields = ["user", "facilities"]
    filter_horizontal = ["care_types"]
    readonly_fields = ["identifier", "updated_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Doctor]:
        return super().get_queryset(request).prefetch_related("facilities", "care_types")

    @admin.display(description=_("facilities"))
    def places(self, doctor: Doctor) -> str:
        return ", ".join(facility.name for facility in doctor.facilities.all())

    @admin.display(description=_("care types"))
    def care(self, doctor: Doctor) -> str:
        return ", ".join(care_type.name for care_type in doctor.care_types.all())
