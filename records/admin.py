"""Clinical rows are read here, and only by administrators whom the installation lets read them.

They are written by those who care for the patient, in the chart. Nothing is changed or deleted.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from audit.admin import ShowsRecordsInAdmin
from records.models import (
    Allergy,
    Condition,
    Document,
    Encounter,
    HealthSummary,
    MedicalRecord,
    Medication,
)


@admin.register(Allergy, Condition, Document, Encounter, HealthSummary, MedicalRecord, Medication)
class ClinicalAdmin(ShowsRecordsInAdmin, admin.ModelAdmin):
    list_display = ["pk", "patient", "facility", "recorded_by", "recorded_at", "error_at"]
    list_select_related = ["patient", "facility", "recorded_by"]
    list_filter = [("error_at", admin.EmptyFieldListFilter), "facility"]
    search_fields = ["patient__mrn__exact"]
    date_hierarchy = "recorded_at"
    # A document is downloaded from the chart, through the view that says who may.
    exclude = ["file"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @property
    def shown_as(self) -> str:  # type: ignore[override]
        return f"admin: {self.opts.model_name}"
