"""Sets of clinical rows that a person may read, and the way in for notes."""

from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.models import User
from facilities.models import Doctor, Facility
from facilities.refusals import refusals
from patients.models import Patient
from records.scope import charts_of
from scheduling.models import Appointment

if TYPE_CHECKING:
    from records.models import HealthSummary, MedicalRecord

Row = TypeVar("Row", bound=models.Model)


class ClinicalQuerySet(models.QuerySet[Row], Generic[Row]):
    def visible_to(self, user: User) -> Self:
        """Keep the rows of the charts that this person may open; of patients, what is in force."""
        rows = self.filter(patient__in=charts_of(user).values("pk"))
        return rows if user.is_clinic_staff else rows.in_force()

    def in_force(self) -> Self:
        """Leave out what was entered in error."""
        return self.filter(error_at__isnull=True)


class HealthSummaryQuerySet(ClinicalQuerySet["HealthSummary"]):
    def of(self, patient: Patient) -> "HealthSummary | None":
        """Return the summary that counts, which is the newest, if there is one."""
        newest = self.in_force().filter(patient=patient).order_by("-recorded_at", "-pk")
        return newest.select_related("recorded_by").first()


class CourseQuerySet(ClinicalQuerySet[Row], Generic[Row]):
    def active(self) -> Self:
        """Keep what was not entered in error and has not come to its end."""
        return self.in_force().filter(**{f"{self.model.END}__isnull": True})  # type: ignore[attr-defined]


class MedicalRecordQuerySet(ClinicalQuerySet["MedicalRecord"]):
    def visible_to(self, user: User) -> Self:
        """Keep the signed notes and this person's own drafts; of patients, the newest versions."""
        rows = super().visible_to(user)
        if not user.is_clinic_staff:
            return rows.newest()
        return rows.filter(Q(signed_at__isnull=False) | Q(recorded_by=user))

    def drafts_of(self, user: User) -> Self:
        return self.in_force().filter(signed_at__isnull=True, recorded_by=user)

    def newest(self) -> Self:
        """Keep of each note the signed version that no later one replaces."""
        later = self.model.objects.in_force().filter(amends=OuterRef("pk"), signed_at__isnull=False)
        return self.in_force().filter(~Exists(later), signed_at__isnull=False)

    def versions_of(self, record: "MedicalRecord") -> Self:
        """Keep all versions of a note, the newest first."""
        first = record.original_id or record.pk
        return self.filter(Q(pk=first) | Q(original=first)).order_by("-version", "-pk")

    def begin(
        self,
        *,
        patient: Patient,
        facility: Facility,
        by: User,
        appointment: Appointment | None = None,
    ) -> "MedicalRecord":
        """Return a new draft.

        Raises ValidationError: `no_doctor`, or what the database refuses, such as `other_patient`
        and, where the author has an open draft of this visit, `draft_open`.
        """
        draft = self.model(
            patient=patient,
            facility=facility,
            doctor=_doctor(by),
            appointment=appointment,
            recorded_by=by,
        )
        with refusals(), transaction.atomic():
            draft.save(force_insert=True)
        return draft

    def begin_or_go_on(
        self, *, by: User, appointment: Appointment | None = None, **about: Any
    ) -> "MedicalRecord":
        """Return the author's open draft of this visit, or a new one, as `begin` does."""
        try:
            return self.begin(by=by, appointment=appointment, **about)
        except ValidationError as error:
            if error.code != "draft_open":
                raise
            return self.open_draft(by, appointment=appointment)

    def amend(self, record: "MedicalRecord", *, reason: str, by: User) -> "MedicalRecord":
        """Return a draft of the next version, filled with what the signed one says.

        Several people may draft an amendment of one version; who signs first amends it. Raises
        ValidationError: `no_doctor`, `not_amendable`, `amended_already` by a signed one, or
        `draft_open`, see `open_draft`.
        """
        draft = self.model(
            patient_id=record.patient_id,
            facility_id=record.facility_id,
            appointment_id=record.appointment_id,
            doctor=_doctor(by),
            amends=record,
            original_id=record.original_id or record.pk,
            version=record.version + 1,
            amend_reason=reason,
            recorded_by=by,
            **record.texts,
        )
        with refusals(), transaction.atomic():
            draft.save(force_insert=True)
        return draft

    def amend_or_go_on(self, record: "MedicalRecord", *, reason: str, by: User) -> "MedicalRecord":
        """Return the author's open amendment of this version, or a new one, as `amend` does."""
        own = self.drafts_of(by).filter(amends=record).first()
        return own or self.amend(record, reason=reason, by=by)

    def open_draft(
        self,
        by: User,
        *,
        appointment: Appointment | int | None = None,
        amends: "MedicalRecord | None" = None,
    ) -> "MedicalRecord":
        """Return the draft that `draft_open` speaks of: of this visit, or of this amendment."""
        of_visit = Q(appointment=appointment, appointment__isnull=False)
        of_amendment = Q(amends=amends, amends__isnull=False)
        found = self.drafts_of(by).filter(of_visit | of_amendment).order_by("pk").first()
        if found is None:
            raise self.model.DoesNotExist
        return found


def _doctor(user: User) -> Doctor:
    doctor: Any = Doctor.objects.filter(user=user).first()
    if doctor is None:
        raise ValidationError(
            _("Your account belongs to no doctor. Ask an administrator to link the two."),
            code="no_doctor",
        )
    return doctor
