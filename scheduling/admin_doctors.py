"""Doctors in the admin, with when they work and when they are away."""

from itertools import combinations
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.admin_rows import each
from facilities.admin import DoctorAdmin
from facilities.models import Doctor
from scheduling.admin_forms import AbsenceForm
from scheduling.models import TimeOff, WorkingHours
from scheduling.models.hours import OVERLAPPING_HOURS


class WorkingHoursFormSet(BaseInlineFormSet):
    """Hours of one doctor, compared with each other: the database sees only what is stored."""

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form.is_valid() and form not in self.deleted_forms]
        rows = [form.instance for form in kept if form.has_changed() or form.instance.pk]
        if any(one.overlaps(other) for one, other in combinations(rows, 2)):
            raise ValidationError(OVERLAPPING_HOURS, code="working_hours_overlap")


class WorkingHoursInline(admin.TabularInline):
    model = WorkingHours
    formset = WorkingHoursFormSet
    extra = 0
    verbose_name_plural = _("working hours, without those that have ended")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkingHours]:
        return super().get_queryset(request).filter(pk__in=_current_hours())

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Read the choices once, not once a row."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "facility" and field is not None:
            choices: Any = field.choices
            field.choices = list(choices)
        return field


def _current_hours() -> QuerySet[Any, Any]:
    return WorkingHours.objects.not_ended(timezone.localdate()).values("pk")


class TimeOffInline(admin.TabularInline):
    model = TimeOff
    form = AbsenceForm
    extra = 0
    verbose_name_plural = _("time off, now and to come")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TimeOff]:
        rows = super().get_queryset(request).filter(ends_at__gt=timezone.now())
        return rows.select_related("doctor").prefetch_related("doctor__facilities")


@admin.register(Doctor)
class WorkingDoctorAdmin(DoctorAdmin):
    inlines = [WorkingHoursInline, TimeOffInline]
    actions = ["activate", "deactivate", "delete_each"]

    def get_inlines(self, request: HttpRequest, obj: Doctor | None) -> Any:
        """Ask for hours once it is known who works, and by which facility's clock."""
        return super().get_inlines(request, obj) if obj else []

    @admin.action(description=_("Let the selected doctors take appointments"))
    def activate(self, request: HttpRequest, chosen: QuerySet[Doctor]) -> None:
        each(self, request, chosen, Doctor.activate)

    @admin.action(description=_("Let the selected doctors take no more appointments"))
    def deactivate(self, request: HttpRequest, chosen: QuerySet[Doctor]) -> None:
        each(self, request, chosen, Doctor.deactivate)
