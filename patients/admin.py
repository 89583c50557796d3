"""Patients in the admin, found as at the desk."""

from typing import cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User
from facilities.admin_refusals import RefusalsInWords
from patients.models import Patient, PatientIdentifier

MOST_FOUND = 200


class PatientIdentifierInline(admin.TabularInline):
    model = PatientIdentifier
    extra = 0


@admin.register(Patient)
class PatientAdmin(RefusalsInWords, admin.ModelAdmin):
    list_display = ["family_name", "given_name", "date_of_birth", "mrn", "facility", "is_active"]
    list_display_links = ["family_name", "given_name"]
    list_filter = ["is_active", "gender", "facility"]
    list_select_related = ["facility"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["family_name"]
    search_help_text = "MRN, name, date of birth, phone or email, as at the desk."
    autocomplete_fields = ["facility", "assigned_doctor"]
    readonly_fields = ["mrn", "version", "merged_into", "created_at", "updated_at"]
    inlines = [PatientIdentifierInline]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Patient], search_term: str
    ) -> tuple[QuerySet[Patient], bool]:
        """Search as the desk does; `search_fields` only makes the admin show the box."""
        if not search_term.strip():
            return queryset, False
        visible = Patient.objects.visible_to(cast("User", request.user))
        found = visible.search(search_term, limit=MOST_FOUND)
        return queryset.filter(pk__in=[patient.pk for patient in found]), False
