"""The admin of schedules. Appointments are read here and changed only by their own methods."""

from collections.abc import Callable
from datetime import datetime
from typing import cast

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from facilities.models import Facility
from scheduling.absence_forms import place
from scheduling.admin_forms import TellsWhatIsAffected
from scheduling.calendars import local
from scheduling.models import (
    Appointment,
    AppointmentEvent,
    AppointmentType,
    CalendarFeed,
    Closure,
    TimeOff,
    WaitlistEntry,
    WorkingHours,
)
from scheduling.reasons import REMOVED_BY_ADMIN


def clock(at: datetime, facility: Facility | None) -> str:
    """Return an instant as the facility's clock shows it, with its zone."""
    shown = local(at, facility) if facility else at
    return f"{date_format(shown, 'WEEKDAY_YEAR_TIME_FORMAT')} {date_format(shown, 'T')}"


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
    filter_horizontal = ["doctors"]


@admin.register(WorkingHours)
class WorkingHoursAdmin(admin.ModelAdmin):
    list_display = [
        "doctor",
        "facility",
        "weekday",
        "starts_at",
        "ends_at",
        "weeks",
        "valid_from",
        "valid_until",
    ]
    list_filter = ["weekday", "weeks"]
    list_select_related = ["doctor", "facility"]
    search_fields = ["doctor__name", "facility__name"]
    autocomplete_fields = ["doctor", "facility"]


@admin.register(TimeOff)
class TimeOffAdmin(TellsWhatIsAffected, admin.ModelAdmin):
    list_display = ["doctor", "from_local", "until_local", "reason"]
    list_filter = ["starts_at"]
    search_fields = ["doctor__name", "reason"]
    autocomplete_fields = ["doctor"]
    date_hierarchy = "starts_at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[TimeOff]:
        rows = super().get_queryset(request)
        return rows.select_related("doctor").prefetch_related("doctor__facilities")

    @admin.display(description=_("from"), ordering="starts_at")
    def from_local(self, away: TimeOff) -> str:
        return clock(away.starts_at, place(away.doctor))

    @admin.display(description=_("until"), ordering="ends_at")
    def until_local(self, away: TimeOff) -> str:
        return clock(away.ends_at, place(away.doctor))


@admin.register(Closure)
class ClosureAdmin(TellsWhatIsAffected, admin.ModelAdmin):
    list_display = ["facility", "from_local", "until_local", "reason"]
    list_filter = ["starts_at"]
    list_select_related = ["facility"]
    search_fields = ["facility__name", "reason"]
    autocomplete_fields = ["facility"]
    date_hierarchy = "starts_at"

    @admin.display(description=_("from"), ordering="starts_at")
    def from_local(self, closure: Closure) -> str:
        return clock(closure.starts_at, closure.facility)

    @admin.display(description=_("until"), ordering="ends_at")
    def until_local(self, closure: Closure) -> str:
        return clock(closure.ends_at, closure.facility)


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
    fields = ["when", "kind", "by", "from_status", "to_status", "from_start", "to_start"]
    readonly_fields = ["when", "from_start", "to_start"]
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[AppointmentEvent]:
        return super().get_queryset(request).select_related("by", "appointment__facility")

    def when(self, event: AppointmentEvent) -> str:
        return clock(event.at, event.appointment.facility)

    def from_start(self, event: AppointmentEvent) -> str:
        return clock(event.from_starts_at, event.appointment.facility)

    def to_start(self, event: AppointmentEvent) -> str:
        return clock(event.to_starts_at, event.appointment.facility)


@admin.register(Appointment)
class AppointmentAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    list_display = ["start", "patient", "doctor", "facility", "type", "status"]
    ordering = ["-starts_at", "-pk"]
    readonly_fields = ["start", "end", "blocked"]
    exclude = ["starts_at", "ends_at", "blocked_until"]
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

    @admin.action(description=_("Mark as arrived"))
    def mark_arrived(self, request: HttpRequest, chosen: QuerySet[Appointment]) -> None:
        self._each(request, chosen, Appointment.mark_arrived)

    @admin.action(description=_("Check in"))
    def check_in(self, request: HttpRequest, chosen: QuerySet[Appointment]) -> None:
        self._each(request, chosen, Appointment.check_in)

    @admin.action(description=_("Mark as done"))
    def fulfil(self, request: HttpRequest, chosen: QuerySet[Appointment]) -> None:
        self._each(request, chosen, Appointment.fulfil)

    @admin.action(description=_("Mark as no-show"))
    def mark_noshow(self, request: HttpRequest, chosen: QuerySet[Appointment]) -> None:
        self._each(request, chosen, Appointment.mark_noshow)

    @admin.action(description=_("Undo the last change"))
    def undo(self, request: HttpRequest, chosen: QuerySet[Appointment]) -> None:
        self._each(request, chosen, Appointment.undo)

    @admin.action(description=_("Mark as entered in error"))
    def enter_in_error(self, request: HttpRequest, chosen: QuerySet[Appointment]) -> None:
        self._each(request, chosen, Appointment.mark_entered_in_error)

    @admin.display(description=_("starts"), ordering="starts_at")
    def start(self, appointment: Appointment) -> str:
        return clock(appointment.starts_at, appointment.facility)

    @admin.display(description=_("ends"))
    def end(self, appointment: Appointment) -> str:
        return clock(appointment.ends_at, appointment.facility)

    @admin.display(description=_("blocked until"))
    def blocked(self, appointment: Appointment) -> str:
        return clock(appointment.blocked_until, appointment.facility)

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
            self.message_user(
                request,
                ngettext("%(count)s appointment changed.", "%(count)s appointments changed.", done)
                % {"count": done},
                messages.SUCCESS,
            )


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    list_display = ["doctor", "created_at", "created_by", "last_read_at", "revoked_at"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["doctor", "created_by"]
    search_fields = ["doctor__name"]
    actions = ["revoke"]

    @admin.action(description=_("Revoke"))
    def revoke(self, request: HttpRequest, chosen: QuerySet[CalendarFeed]) -> None:
        for feed in chosen.select_related("doctor"):
            try:
                feed.revoke(by=cast("User", request.user))
            except ValidationError as refusal:
                self.message_user(request, f"{feed}: {refusal.messages[0]}", messages.ERROR)
            else:
                self.message_user(
                    request, gettext("%(feed)s: revoked.") % {"feed": feed}, messages.SUCCESS
                )


@admin.register(WaitlistEntry)
class WaitlistEntryAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    list_display = ["patient", "what", "where", "when", "priority", "status", "created_at"]
    list_filter = ["status", "priority", "facility", "care_type"]
    list_select_related = ["patient", "care_type", "doctor", "type", "facility"]
    search_fields = ["patient__mrn__exact", "patient__family_name__istartswith"]
    actions = ["remove"]

    @admin.action(description=_("Remove from the waitlist"))
    def remove(self, request: HttpRequest, chosen: QuerySet[WaitlistEntry]) -> None:
        by = cast("User", request.user)
        for entry in chosen:
            try:
                entry.remove(REMOVED_BY_ADMIN, by=by)
            except ValidationError as refusal:
                words = f"{entry}: {' '.join(refusal.messages)}"
                self.message_user(request, words, messages.ERROR)
            else:
                self.message_user(
                    request, gettext("%(entry)s: removed.") % {"entry": entry}, messages.SUCCESS
                )
