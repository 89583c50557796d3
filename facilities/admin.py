from itertools import combinations

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from facilities.admin_refusals import RefusalsInWords
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
    extra = 1


class RoomInline(admin.TabularInline):
    model = Room
    extra = 1


@admin.register(CareType)
class CareTypeAdmin(RefusalsInWords, admin.ModelAdmin):
    search_fields = ["name"]


@admin.register(Facility)
class FacilityAdmin(RefusalsInWords, admin.ModelAdmin):
    list_display = ["name", "city", "zip_code", "timezone", "registered", "is_active"]
    list_filter = ["is_active", "care_types", "timezone"]
    search_fields = ["name", "city", "zip_code", "identifier"]
    filter_horizontal = ["care_types"]
    autocomplete_fields = ["staff"]
    readonly_fields = ["registered_count", "identifier"]
    inlines = [ZipCodeRangeInline, RoomInline]

    @admin.display(description=_("registered"), ordering="registered_count")
    def registered(self, facility: Facility) -> str:
        return gettext("%(registered)s of %(capacity)s") % {
            "registered": facility.registered_count,
            "capacity": facility.capacity,
        }


@admin.register(ZipCodeRange)
class ZipCodeRangeAdmin(RefusalsInWords, admin.ModelAdmin):
    list_display = ["facility", "zip_min", "zip_max"]
    list_select_related = ["facility"]
    search_fields = ["facility__name", "zip_min", "zip_max"]
    autocomplete_fields = ["facility"]


@admin.register(Room)
class RoomAdmin(RefusalsInWords, admin.ModelAdmin):
    list_display = ["name", "facility", "is_active"]
    list_filter = ["is_active"]
    list_select_related = ["facility"]
    search_fields = ["name", "facility__name"]
    autocomplete_fields = ["facility"]


@admin.register(Doctor)
class DoctorAdmin(RefusalsInWords, admin.ModelAdmin):
    list_display = ["name", "specialization", "licence_number", "places", "care", "is_active"]
    list_filter = ["is_active", "care_types", "specialization"]
    list_select_related = ["user"]
    search_fields = ["name", "specialization", "licence_number", "identifier"]
    autocomplete_fields = ["user", "facilities"]
    filter_horizontal = ["care_types"]
    readonly_fields = ["identifier"]
    actions = ["activate", "deactivate"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Doctor]:
        return super().get_queryset(request).prefetch_related("facilities", "care_types")

    @admin.display(description=_("facilities"))
    def places(self, doctor: Doctor) -> str:
        return ", ".join(facility.name for facility in doctor.facilities.all())

    @admin.display(description=_("care types"))
    def care(self, doctor: Doctor) -> str:
        return ", ".join(care_type.name for care_type in doctor.care_types.all())

    @admin.action(description=_("Let the selected doctors take appointments"))
    def activate(self, request: HttpRequest, doctors: QuerySet[Doctor]) -> None:
        changed = doctors.update(is_active=True)
        told = ngettext(
            "%(count)s doctor takes appointments.", "%(count)s doctors take appointments.", changed
        )
        self.message_user(request, told % {"count": changed})

    @admin.action(description=_("Let the selected doctors take no more appointments"))
    def deactivate(self, request: HttpRequest, doctors: QuerySet[Doctor]) -> None:
        changed = doctors.update(is_active=False)
        told = ngettext(
            "%(count)s doctor takes no more appointments. What is booked stays booked.",
            "%(count)s doctors take no more appointments. What is booked stays booked.",
            changed,
        )
        self.message_user(request, told % {"count": changed})
