"""The admin of schedules. Appointments are read here and changed only by their own methods."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from scheduling.models import (
    Appointment,
    AppointmentEvent,
    AppointmentType,
    Closure,
    TimeOff,
    WorkingHours,
)


@admin.register(AppointmentType)
class AppointmentTypeAdmin(admin.ModelAdmin):
    list_display = [
        "name",
        "duration_minutes",
        "buffer_minutes",
        "care_type",
        "bookable_online",
        "is_active",
    ]
    list_filter = ["is_active", "bookable_online", "care_type"]
    list_select_related = ["care_type"]
    search_fields = ["name"]


@admin.register(WorkingHours)
class WorkingHoursAdmin(admin.ModelAdmin):
    list_display = [
        "doctor",
        "facility",
        "weekday",
        "starts_at",
        "ends_at",
        "valid_from",
        "valid_until",
    ]
    list_filter = ["weekday"]
    list_select_related = ["doctor", "facility"]
    search_fields = ["doctor__name", "facility__name"]
    autocomplete_fields = ["doctor", "facility"]


@admin.register(TimeOff)
class TimeOffAdmin(admin.ModelAdmin):
    list_display = ["doctor", "starts_at", "ends_at", "reason"]
    list_filter = ["starts_at"]
    list_select_related = ["doctor"]
    search_fields = ["doctor__name", "reason"]
    autocomplete_fields = ["doctor"]
    date_hierarchy = "starts_at"


@admin.register(Closure)
class ClosureAdmin(admin.ModelAdmin):
    list_display = ["facility", "starts_at", "ends_at", "reason"]
    list_filter = ["starts_at"]
    list_select_related = ["facility"]
    search_fields = ["facility__name", "reason"]
    autocomplete_fields = ["facility"]
    date_hierarchy = "starts_at"


class ReadOnlyAdmin:
    """Nothing here is added, changed or deleted by a form."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class AppointmentEventInline(ReadOnlyAdmin, admin.TabularInline):
    model = AppointmentEvent
    fields = ["at", "kind", "by", "from_status", "to_status", "from_starts_at", "to_starts_at"]
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[AppointmentEvent]:
        return super().get_queryset(request).select_related("by")


@admin.register(Appointment)
class AppointmentAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    list_display = ["starts_at", "patient", "doctor", "facility", "type", "status"]
    list_filter = ["status", "facility", "type"]
    list_select_related = ["patient", "doctor", "facility", "type"]
    search_fields = [
        "patient__mrn__exact",
        "patient__family_name__istartswith",
        "doctor__name__istartswith",
    ]
    date_hierarchy = "starts_at"
    inlines = [AppointmentEventInline]
    actions = ["mark_arrived", "check_in", "fulfil", "mark_noshow", "undo", "enter_in_error"]

    @admin.action(description="Mark as arrived")
    def mark_arrived(self, request: HttpRequest, chosen: QuerySet[Appointment]) -> None:
        self._each(request, chosen, Appointment.mark_arrived)

    @admin.action(description="Check in")
    def check_in(self, request: HttpRequest, chosen: QuerySet[Appointment]) -> None:
        self._each(request, chosen, Appointment.check_in)

    @admin.action(description="Mark as done")
    def fulfil(self, request: HttpRequest, chosen: QuerySet[Appointment]) -> None:
        self._each(request, chosen, Appointment.fulfil)

    @admin.action(description="Mark as no-show")
    def mark_noshow(self, request: HttpRequest, chosen: QuerySet[Appointment]) -> None:
        self._each(request, chosen, Appointment.mark_noshow)

    @admin.action(description="Undo the last change")
    def undo(self, request: HttpRequest, chosen: QuerySet[Appointment]) -> None:
        self._each(request, chosen, Appointment.undo)

    @admin.action(description="Mark as entered in error")
    def enter_in_error(self, request: HttpRequest, chosen: QuerySet[Appointment]) -> None:
        self._each(request, chosen, Appointment.mark_entered_in_error)

    def _each(
        self, request: HttpRequest, chosen: QuerySet[Appointment], operation: Callable[..., None]
    ) -> None:
        """Run an operation on each appointment; say which of them refused, and why."""
        done = 0
        for appointment in chosen:
            try:
                operation(appointment, by=request.user)
            except ValidationError as refusal:
                words = f"{appointment}: {' '.join(refusal.messages)}"
                self.message_user(request, words, messages.ERROR)
            else:
                done += 1
        if done:
            self.message_user(request, f"{done} appointments changed.", messages.SUCCESS)
