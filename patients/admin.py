"""Patients in the admin, found as at the desk, and the accounts that wait for their record."""

from collections.abc import Callable, Iterable
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_rows import ReadOnlyAdmin, each
from accounts.models import User
from audit.admin import ShowsRecordsInAdmin
from audit.reading import shows
from facilities.admin_refusals import RefusalsInWords
from facilities.exchange.admin import ExchangeAdmin
from patients.exchange import PatientResource
from patients.models import (
    ContactEntry,
    DifferentPeople,
    Patient,
    PatientChange,
    PatientIdentifier,
    PatientMerge,
    Registration,
)

MOST_FOUND = 200


class PatientIdentifierInline(admin.TabularInline):
    model = PatientIdentifier
    extra = 0


@admin.register(Patient)
class PatientAdmin(ExchangeAdmin, ShowsRecordsInAdmin, RefusalsInWords, admin.ModelAdmin):
    resource = PatientResource
    list_display = ["family_name", "given_name", "date_of_birth", "mrn", "facility", "is_active"]
    list_display_links = ["family_name", "given_name"]
    list_filter = [
        "is_active",
        "gender",
        ("user", admin.EmptyFieldListFilter),
        ("merged_into", admin.EmptyFieldListFilter),
        "facility",
    ]
    list_select_related = ["facility"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["family_name"]
    search_help_text = _("MRN, name, date of birth, phone or email, as at the desk.")
    autocomplete_fields = ["facility", "assigned_doctor"]
    readonly_fields = ["mrn", "version", "merged_into", "created_at", "updated_at"]
    inlines = [PatientIdentifierInline]
    patient_field = "pk"
    actions = ["close", "open_again", "delete_each"]

    @admin.action(description=_("Close the selected records"), permissions=["change"])
    def close(self, request: HttpRequest, chosen: QuerySet[Patient]) -> None:
        self._set_active(request, chosen, is_active=False)

    @admin.action(description=_("Open the selected records again"), permissions=["change"])
    def open_again(self, request: HttpRequest, chosen: QuerySet[Patient]) -> None:
        self._set_active(request, chosen, is_active=True)

    def _set_active(
        self, request: HttpRequest, chosen: QuerySet[Patient], *, is_active: bool
    ) -> None:
        def change(patient: Patient) -> None:
            patient.is_active = is_active
            patient.full_clean()
            patient.save_unless_changed(since=patient.version, by=cast("User", request.user))

        each(self, request, chosen, change)

    def note_shown(self, request: HttpRequest, kind: str, rows: Iterable[Patient]) -> None:
        shows(request, kind, [patient.pk for patient in rows])

    def save_model(self, request: HttpRequest, obj: Patient, form: Any, change: bool) -> None:
        before = Patient.objects.get(pk=obj.pk) if change else None
        super().save_model(request, obj, form, change)
        if before:
            PatientChange.objects.note(obj, before, by=cast("User", request.user))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Patient], search_term: str
    ) -> tuple[QuerySet[Patient], bool]:
        """Search as the desk does; `search_fields` only makes the admin show the box."""
        if not search_term.strip():
            return queryset, False
        visible = Patient.objects.visible_to(cast("User", request.user))
        found = visible.search(search_term, limit=MOST_FOUND)
        return queryset.filter(pk__in=[patient.pk for patient in found]), False


@admin.register(Registration)
class RegistrationAdmin(admin.ModelAdmin):
    """What people said who registered, beside the record that may be theirs."""

    list_display = ["__str__", "date_of_birth", "email", "phone", "status", "candidate_facts"]
    list_filter = ["status", "facility"]
    list_select_related = ["candidate"]
    date_hierarchy = "created_at"
    search_fields = ["family_name", "given_name", "email"]
    autocomplete_fields = ["candidate"]
    actions = ["confirm", "create_record", "reject"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Let nothing be changed but the candidate of one that is not decided."""
        fields = [field.name for field in Registration._meta.fields]  # noqa: SLF001 - documented by Django
        if obj and obj.status in Registration.UNDECIDED:
            fields.remove("candidate")
        return fields

    @admin.display(description=_("record that may be theirs"))
    def candidate_facts(self, registration: Registration) -> str:
        patient = registration.candidate
        if patient is None:
            return "–"
        born = date_format(patient.date_of_birth, "SHORT_DATE_FORMAT")
        mrn = gettext("MRN %(mrn)s") % {"mrn": patient.mrn}
        return ", ".join([str(patient), born, mrn, patient.email or gettext("no email")])

    @admin.action(description=_("Confirm: this is the same person"), permissions=["change"])
    def confirm(self, request: HttpRequest, registrations: QuerySet[Registration]) -> None:
        self._decide(request, registrations, Registration.confirm)

    @admin.action(description=_("Create a new record"), permissions=["change"])
    def create_record(self, request: HttpRequest, registrations: QuerySet[Registration]) -> None:
        self._decide(request, registrations, Registration.create_record)

    @admin.action(description=_("Reject: no record for this account"), permissions=["change"])
    def reject(self, request: HttpRequest, registrations: QuerySet[Registration]) -> None:
        self._decide(request, registrations, Registration.reject)

    def _decide(
        self,
        request: HttpRequest,
        registrations: QuerySet[Registration],
        decide: Callable[[Registration], None],
    ) -> None:
        for registration in registrations:
            try:
                decide(registration)
            except ValidationError as refusal:
                words = " ".join(refusal.messages)
                self.message_user(request, f"{registration}: {words}", messages.ERROR)
            else:
                self.message_user(request, self._outcome(registration))

    def _outcome(self, registration: Registration) -> str:
        if registration.status == Registration.Status.REJECTED:
            return gettext("%(name)s is rejected.") % {"name": registration}
        return gettext("%(name)s is linked to %(patient)s.") % {
            "name": registration,
            "patient": registration.candidate,
        }


@admin.register(ContactEntry)
class ContactEntryAdmin(ShowsRecordsInAdmin, ReadOnlyAdmin, admin.ModelAdmin):
    """The contact log, to be read; the patient's page adds to it."""

    list_display = ["at", "patient", "channel", "direction", "by", "strikes"]
    list_filter = ["channel", "direction"]
    search_fields = ["patient__mrn", "patient__family_name", "patient__given_name"]
    list_select_related = ["patient", "by", "strikes"]
    date_hierarchy = "at"


@admin.register(PatientChange)
class PatientChangeAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    """Who changed what of whom, to be read."""

    list_display = ["at", "patient", "what", "by"]
    list_filter = ["at"]
    search_fields = ["patient__mrn", "patient__family_name", "by__full_name"]
    list_select_related = ["patient", "by"]
    date_hierarchy = "at"

    @admin.display(description=_("what changed"))
    def what(self, change: PatientChange) -> str:
        named = {field.name: field.verbose_name for field in Patient._meta.fields}  # noqa: SLF001 - documented by Django
        return ", ".join(str(named[name]) for name in change.fields)


@admin.register(PatientMerge)
class PatientMergeAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    """Records that became one; the patient's page undoes a merge."""

    list_display = ["at", "merged", "into", "by", "undone_at", "undone_by"]
    list_filter = [("undone_at", admin.EmptyFieldListFilter)]
    search_fields = ["merged__mrn", "into__mrn", "into__family_name"]
    list_select_related = ["merged", "into", "by", "undone_by"]
    date_hierarchy = "at"


@admin.register(DifferentPeople)
class DifferentPeopleAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    """Records that look alike and are two people's; the page of likely duplicates decides."""

    list_display = ["at", "first", "second", "by", "undone_at"]
    list_filter = [("undone_at", admin.EmptyFieldListFilter)]
    search_fields = ["first__mrn", "second__mrn", "first__family_name", "second__family_name"]
    list_select_related = ["first", "second", "by"]
    date_hierarchy = "at"
    actions = ["undo"]

    @admin.action(description=_("Let them be likely duplicates again"))
    def undo(self, request: HttpRequest, chosen: QuerySet[DifferentPeople]) -> None:
        def undo(pair: DifferentPeople) -> None:
            if not pair.undo(by=cast("User", request.user)):
                raise ValidationError(gettext("They are likely duplicates already."), code="stale")

        each(self, request, chosen, undo)
