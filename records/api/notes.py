"""Notes of doctors: drafted, signed, amended by a new version."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.etags import may_match
from api.examples import exemplified
from api.fields import Instant, Named, Reference
from api.filters import Id, Ordering, YesNo
from api.idempotency import idempotent
from api.problems import Conflict
from api.retries import retried_once
from api.serializers import Serializer
from api.views import Creates
from records.api import examples
from records.api.charts import (
    BESIDE,
    FIRST,
    LAST,
    Charts,
    ClinicalFilter,
    ClinicalSerializer,
    MarksErrors,
    ReasonSerializer,
)
from records.models import MedicalRecord
from records.models.medical_record import LONGEST_TEXT
from records.scope import charts_of, facility_for
from scheduling.models import Appointment

DRAFT_OPEN = _(
    "You have an open draft of this visit or of this amendment. Change that one: it has the id "
    "%(id)s."
)


@contextmanager
def naming_the_open_draft(**of: Any) -> Iterator[None]:
    """Name in a refusal `draft_open` the draft that is meant; see `open_draft`."""
    try:
        yield
    except ValidationError as error:
        if error.code != "draft_open":
            raise
        pk = MedicalRecord.objects.open_draft(**of).pk
        raise Conflict(DRAFT_OPEN % {"id": pk}, "draft_open", draft_id=pk) from error


@exemplified(sent=examples.NOTE_INPUT, shown=examples.NOTE)
class NoteSerializer(ClinicalSerializer):
    doctor_id = serializers.IntegerField(read_only=True)
    doctor_name = Named(source="doctor")
    appointment_id = Reference(
        Appointment.objects.visible_to,
        source="appointment",
        required=False,
        allow_null=True,
        help_text="The visit that it is about, of the same patient.",
    )
    original_id = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="The first version, of a later one."
    )
    amends_id = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="The version that this one takes the place of."
    )
    is_signed = serializers.BooleanField(read_only=True)
    is_newest = serializers.SerializerMethodField(
        help_text="Signed, not entered in error, and not amended by a signed version."
    )
    signed_at = Instant(read_only=True, allow_null=True)
    signed_by_name = Named(source="signed_by", allow_null=True)

    class Meta:
        model = MedicalRecord
        fields = [
            *(*FIRST, "doctor_id", "doctor_name", "appointment_id", *MedicalRecord.TEXTS),
            *("version", "original_id", "amends_id", "amend_reason", "is_signed", "is_newest"),
            *("signed_at", "signed_by_name", *LAST),
        ]

    @extend_schema_field(OpenApiTypes.BOOL)
    def get_is_newest(self, note: Any) -> bool:
        return note.is_signed and not note.is_in_error and not note.is_amended

    def create(self, validated_data: dict[str, Any]) -> MedicalRecord:
        user, patient = self.context["request"].user, validated_data["patient"]
        visit = validated_data.get("appointment")
        texts = {n: v for n, v in validated_data.items() if n in MedicalRecord.TEXTS}
        facility = visit.facility if visit else facility_for(user, patient)
        with naming_the_open_draft(by=user, appointment=visit):
            draft = MedicalRecord.objects.begin(
                patient=patient, facility=facility, by=user, appointment=visit
            )
        if texts:
            draft.save_draft(by=user, revision=draft.revision, **texts)
        return draft


@exemplified(sent={"notes": "Lungs clear on both sides. No fever."})
class TextsSerializer(Serializer):
    diagnosis = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, required=False)
    prescription = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, required=False)
    notes = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, required=False)


class NoteFilter(ClinicalFilter):
    doctor = Id()
    appointment = Id()
    is_signed = YesNo(field_name="signed_at", lookup_expr="isnull", exclude=True)
    newest = YesNo(
        method="only_newest", help_text="`true`: of each note the version that counts, no drafts."
    )
    ordering = Ordering(fields=["recorded_at", "signed_at", "updated_at", "id"])

    def only_newest(self, rows: Any, name: str, value: bool) -> QuerySet:
        newest = MedicalRecord.objects.newest().values("pk")
        return rows.filter(pk__in=newest) if value else rows.exclude(pk__in=newest)


AMENDED = Exists(
    MedicalRecord.objects.in_force().filter(amends=OuterRef("pk"), signed_at__isnull=False)
)


@extend_schema_view(
    list=extend_schema(
        description="The signed notes, with their earlier versions, and one's own drafts; `newest` "
        "keeps what counts. Patients see what counts alone. A copy that is kept by "
        "`updated_since` replaces the row that a newer one names in `amends_id`.",
    ),
    create=extend_schema(
        summary="Begin a draft of a note",
        description="Only its author sees a draft. Of a visit each doctor has one at a time: 409 "
        "`draft_open` names it in `draft_id`.",
        responses={201: NoteSerializer},
    ),
    partial_update=extend_schema(
        summary="Save a draft",
        description="A signed note is not changed any more, 409 `signed`: amend it.",
        request=TextsSerializer,
        responses=NoteSerializer,
    ),
)
class MedicalRecords(MarksErrors, Creates, Charts):
    """Notes of doctors: a draft until it is signed, and from then on as it stands."""

    queryset = (
        MedicalRecord.objects.select_related(*BESIDE, "doctor", "signed_by")
        .annotate(is_amended=AMENDED)
        .order_by("-recorded_at", "-pk")
    )
    serializer_class = NoteSerializer
    filterset_class = NoteFilter
    not_in_etag = ("is_newest",)
    verbs = MarksErrors.verbs | {"sign": "change", "amend": "add", "versions": "view"}

    def get_queryset(self) -> Any:
        """Return what this person may see; for a patient's copy also what counts no more."""
        rows = super().get_queryset()
        user, asked = self.request.user, self.request.query_params
        if self.action != "list" or "updated_since" not in asked or user.is_clinic_staff:
            return rows
        signed = self.queryset.filter(patient__in=charts_of(user).values("pk"))
        return signed.filter(signed_at__isnull=False)

    def listed(self) -> Any:
        visible = MedicalRecord.objects.visible_to(self.request.user).values("pk")
        return super().listed().filter(pk__in=visible)

    def partial_update(self, request: Request, pk: str) -> Response:
        asked = TextsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return self.answer(
            self.locked_for(
                lambda note: note.save_draft(
                    by=request.user, revision=note.revision, **asked.validated_data
                )
            )
        )

    @extend_schema(
        summary="Sign a draft",
        description="With the draft's ETag as If-Match exactly what was read is signed. 400 "
        "`empty` for a note that says nothing. 409 `amended_already` for an amendment whose "
        "version was amended by another one meanwhile.",
        request=None,
        responses=NoteSerializer,
    )
    @action(detail=True, methods=["post"])
    @may_match
    @idempotent
    def sign(self, request: Request, pk: str) -> Response:
        return self.answer(
            self.locked_for(
                lambda note: note.sign(by=request.user, revision=note.revision), if_match=False
            )
        )

    @extend_schema(
        summary="Amend a signed note",
        description="Begins a draft of its next version, with its texts: change that, and sign "
        "it; `entered-in-error` discards it. 409 `draft_open` where you are at it, "
        "`amended_already` where somebody has signed an amendment of it.",
        request=ReasonSerializer,
        responses={201: NoteSerializer},
    )
    @action(detail=True, methods=["post"])
    @may_match
    @idempotent
    def amend(self, request: Request, pk: str) -> Response:
        asked = ReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        draft = self.amended(asked.validated_data["reason"])
        return self.answer(draft, status.HTTP_201_CREATED)

    @retried_once
    def amended(self, reason: str) -> MedicalRecord:
        user = self.request.user
        with transaction.atomic():
            note = self.locked(if_match=False)
            with naming_the_open_draft(by=user, appointment=note.appointment_id, amends=note):
                return MedicalRecord.objects.amend(note, reason=reason, by=user)

    def location(self, row: Any) -> str:
        """Return the draft's own address, which an amendment is not below."""
        return reverse("api-v1:medical-records-detail", args=[row.pk])

    @extend_schema(
        summary="List the versions of a note",
        description="The newest first.",
        filters=False,
        responses=NoteSerializer(many=True),
    )
    @action(detail=True, filterset_class=None)
    def versions(self, request: Request, pk: str) -> Response:
        versions = self.get_queryset().versions_of(self.get_object())
        page = self.paginate_queryset(versions)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
