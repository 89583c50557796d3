"""The admin of schedules. Appointments are read here and changed only by their own methods."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_rows import ReadOnlyAdmin, ReasonForm, ask_first, each
from accounts.models import User
from audit.admin import ShowsRecordsInAdmin
from facilities.admin_refusals import RefusalsInWords
from facilities.models import Facility
from scheduling import admin_doctors  # noqa: F401 - it registers doctors
from scheduling.absence_forms import place
from scheduling.admin_forms import TellsWhatIsAffected
from scheduling.calendars import local
from scheduling.models import (
    Appointment,
    AppointmentEvent,
    AppointmentSeries,
    AppointmentType,
    CalendarFeed,
    Closure,
    TimeOff,
    WaitlistEntry,
    WorkingHours,
)
from scheduling.reasons import CANCELLING, REMOVED_BY_ADMIN, said


def clock(at: datetime, facility: Facility | None) -> str:
    """Return an instant as the facility's clock shows it, with its zone."""
    shown = local(at, facility) if facility else at
    return f"{date_format(shown, 'WEEKDAY_YEAR_TIME_FORMAT')} {shown.tzname()}"


@admin.register(AppointmentType)
class AppointmentTypeAdmin(RefusalsInWords, admin.ModelAdmin):
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
    autocomplete_fields = ["care_type"]
    filter_horizontal = ["doctors"]


@admin.register(WorkingHours)
class WorkingHoursAdmin(RefusalsInWords, admin.ModelAdmin):
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
    list_filter = ["weekday", "weeks", "facility"]
    list_select_related = ["doctor", "facility"]
    search_fields = ["doctor__name", "facility__name"]
    autocomplete_fields = ["doctor", "facility"]


@admin.register(TimeOff)
class TimeOffAdmin(TellsWhatIsAffected, RefusalsInWords, admin.ModelAdmin):
    list_display = ["doctor", "from_local", "until_local", "reason"]
    list_filter = ["starts_at", "doctor__facilities"]
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
class ClosureAdmin(TellsWhatIsAffected, RefusalsInWords, admin.ModelAdmin):
    list_display = ["facility", "from_local", "until_local", "reason"]
    list_filter = ["starts_at", "facility"]
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
class AppointmentAdmin(ShowsRecordsInAdmin, ReadOnlyAdmin, admin.ModelAdmin):
    list_display = ["start", "patient", "doctor", "facility", "type", "status"]
    ordering = ["-starts_at", "-pk"]
    readonly_fields = ["start", "end", "blocked", "why_cancelled"]
    exclude = ["starts_at", "ends_at", "blocked_until", "cancel_reason"]
    list_filter = ["status", "starts_at", "source", "facility", "type"]
    list_select_related = ["patient", "doctor", "facility", "type"]
    show_full_result_count = False
    search_fields = [
        "patient__mrn__exact",
        "patient__family_name__istartswith",
        "doctor__name__istartswith",
    ]
    date_hierarchy = "starts_at"
    inlines = [AppointmentEventInline]
    actions = [
        "mark_arrived",
        "check_in",
        "fulfil",
        "mark_noshow",
        "cancel",
        "undo",
        "enter_in_error",
    ]

    @admin.action(description=_("Cancel, with a reason"))
    def cancel(
        self, request: HttpRequest, chosen: QuerySet[Appointment]
    ) -> TemplateResponse | None:
        posted = request.POST if "confirmed" in request.POST else None
        form = ReasonForm(posted, offered=CANCELLING)
        if not form.is_valid():
            return ask_first(self, request, chosen, gettext("Cancel these appointments?"), form)
        reason = form.cleaned_data["reason"]
        self._each(request, chosen, partial(Appointment.cancel, reason=reason))
        return None

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

    @admin.display(description=_("cancelled because"), empty_value="-")
    def why_cancelled(self, appointment: Appointment) -> str | None:
        return said(appointment.cancel_reason) or None

    def _each(
        self, request: HttpRequest, chosen: QuerySet[Appointment], operation: Callable[..., None]
    ) -> None:
        """Run an operation on each appointment; say which of them refused, and why."""
        each(self, request, chosen, lambda visit: operation(visit, by=request.user))


@admin.register(AppointmentEvent)
class AppointmentEventAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    """What was done with appointments, by whom and when, over the whole clinic."""

    list_display = ["when", "appointment", "kind", "from_status", "to_status", "by", "why"]
    exclude = ["reason"]
    readonly_fields = ["why"]
    list_filter = ["kind", "at", "to_status", "appointment__facility"]
    list_select_related = ["by", "appointment__facility", "appointment__doctor"]
    search_fields = ["appointment__patient__mrn__exact", "by__full_name", "to_doctor__name"]
    date_hierarchy = "at"
    show_full_result_count = False

    @admin.display(description=_("when"), ordering="at")
    def when(self, event: AppointmentEvent) -> str:
        return clock(event.at, event.appointment.facility)

    @admin.display(description=_("Reason"))
    def why(self, event: AppointmentEvent) -> str:
        return said(event.reason)


@admin.register(AppointmentSeries)
class AppointmentSeriesAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    """How series were booked; their appointments are changed on the page of each."""

    list_display = ["patient", "doctor", "facility", "first_day", "time_of_day", "size", "rule"]
    list_filter = ["first_day", "facility", "type"]
    list_select_related = ["patient", "doctor", "facility"]
    search_fields = ["patient__mrn__exact", "patient__family_name__istartswith", "doctor__name"]
    date_hierarchy = "first_day"


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    list_display = ["doctor", "created_at", "created_by", "last_read_at", "revoked_at"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["doctor", "created_by"]
    search_fields = ["doctor__name"]
    exclude = ["token_hash"]
    date_hierarchy = "created_at"
    actions = ["revoke"]

    @admin.action(description=_("Revoke"))
    def revoke(self, request: HttpRequest, chosen: QuerySet[CalendarFeed]) -> None:
        by = cast("User", request.user)
        each(self, request, chosen.select_related("doctor"), lambda feed: feed.revoke(by=by))


@admin.register(WaitlistEntry)
class WaitlistEntryAdmin(ShowsRecordsInAdmin, ReadOnlyAdmin, admin.ModelAdmin):
    list_display = ["patient", "what", "where", "when", "priority", "status", "created_at"]
    list_filter = ["status", "priority", "facility", "care_type"]
    list_select_related = ["patient", "care_type", "doctor", "type", "facility"]
    search_fields = ["patient__mrn__exact", "patient__family_name__istartswith"]
    date_hierarchy = "created_at"
    actions = ["remove"]

    @admin.action(description=_("Remove from the waitlist"))
    def remove(self, request: HttpRequest, chosen: QuerySet[WaitlistEntry]) -> None:
        by = cast("User", request.user)
        each(self, request, chosen, lambda entry: entry.remove(REMOVED_BY_ADMIN, by=by))
