"""Allergies, conditions, medications: added, ended, and marked where they are wrong."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.examples import exemplified
from api.fields import Day, Instant, Named, Reference
from api.filters import Ordering, YesNo
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
)
from records.models import Allergy, Condition, Encounter, Medication

MOST_REACTIONS = 20
CODED = ("encounter_id", "description", "code", "system")
ENDED = ("ended_by_name", "is_active")


class CourseSerializer(ClinicalSerializer):
    encounter_id = Reference(
        Encounter.objects.visible_to,
        source="encounter",
        required=False,
        allow_null=True,
        help_text="The encounter, of the same patient, at which it was found.",
    )
    ended_by_name = Named(source="ended_by", allow_null=True)
    is_active = serializers.BooleanField(
        read_only=True, help_text="Neither over nor entered in error."
    )


class ReactionSerializer(Serializer):
    code = serializers.CharField(max_length=32, allow_blank=True, default="")
    description = serializers.CharField(max_length=255)
    severity = serializers.ChoiceField(Allergy.Severity.choices, allow_blank=True, default="")


@exemplified(sent=examples.ALLERGY_INPUT, shown=examples.ALLERGY)
class AllergySerializer(CourseSerializer):
    reactions = ReactionSerializer(many=True, required=False, max_length=MOST_REACTIONS)
    onset_on = Day(required=False, allow_null=True)
    abated_on = Day(read_only=True, allow_null=True)

    class Meta:
        model = Allergy
        fields = [
            *(*FIRST, *CODED, "type", "category", "reactions", "onset_on", "abated_on"),
            *(*ENDED, *LAST),
        ]


@exemplified(sent=examples.CONDITION_INPUT, shown=examples.CONDITION)
class ConditionSerializer(CourseSerializer):
    onset_on = Day(required=False, allow_null=True)
    abated_on = Day(read_only=True, allow_null=True)

    class Meta:
        model = Condition
        fields = [*FIRST, *CODED, "note", "onset_on", "abated_on", *ENDED, *LAST]


@exemplified(sent=examples.MEDICATION_INPUT, shown=examples.MEDICATION)
class MedicationSerializer(CourseSerializer):
    starts_at = Instant(required=False, allow_null=True)
    stops_at = Instant(read_only=True, allow_null=True)
    prescriber_id = serializers.IntegerField(read_only=True, allow_null=True)
    prescriber_name = Named(source="prescriber", allow_null=True)

    class Meta:
        model = Medication
        fields = [
            *(*FIRST, *CODED, "dosage", "starts_at", "stops_at", "prescriber_id"),
            *("prescriber_name", "reason_code", "reason", *ENDED, *LAST),
        ]


@exemplified(sent={"abated_on": "2027-03-14"})
class AbatedSerializer(Serializer):
    abated_on = Day()


@exemplified(sent={"stops_at": "2027-03-14T14:30:00Z"})
class StoppedSerializer(Serializer):
    stops_at = Instant()


class CourseFilter(ClinicalFilter):
    is_active = YesNo(
        method="active", help_text="Only what is neither over nor entered in error, or the rest."
    )

    def active(self, rows: Any, name: str, value: bool) -> Any:
        active = rows.model.objects.active().values("pk")
        return rows.filter(pk__in=active) if value else rows.exclude(pk__in=active)


class DatedFilter(CourseFilter):
    ordering = Ordering(fields=["description", "onset_on", "recorded_at", "updated_at", "id"])


class MedicationFilter(CourseFilter):
    ordering = Ordering(fields=["description", "starts_at", "recorded_at", "updated_at", "id"])


class Findings(MarksErrors, Creates, Charts):
    ending: type[Serializer]

    def partial_update(self, request: Request, pk: str) -> Response:
        asked = self.ending(data=request.data)
        asked.is_valid(raise_exception=True)
        (at,) = asked.validated_data.values()
        return self.answer(self.locked_for(lambda row: row.end(at, by=request.user)))


def described(what: str, over: str, ending: Any, shown: Any) -> Any:
    """Return what gives the operations on one kind of finding their headings."""
    return extend_schema_view(
        list=extend_schema(
            description="What is over and, for the staff, what was entered in error is listed too."
        ),
        create=extend_schema(summary=f"Add {what} to a chart"),
        partial_update=extend_schema(
            summary=f"Say that {what} {over}",
            description="Nothing else of it is changed any more: what is wrong is marked as "
            "entered in error, and added anew. 409 `ended_already` where it is over.",
            request=ending,
            responses=shown,
        ),
    )


BESIDE_COURSE = (*BESIDE, "ended_by")


@described("an allergy", "is resolved", AbatedSerializer, AllergySerializer)
class Allergies(Findings):
    """What patients must not be given or come near to."""

    queryset = Allergy.objects.select_related(*BESIDE_COURSE).order_by("description", "pk")
    serializer_class = AllergySerializer
    filterset_class = DatedFilter
    ending = AbatedSerializer


@described("a condition", "is resolved", AbatedSerializer, ConditionSerializer)
class Conditions(Findings):
    """What patients have, or had."""

    queryset = Condition.objects.select_related(*BESIDE_COURSE).order_by("-onset_on", "-pk")
    serializer_class = ConditionSerializer
    filterset_class = DatedFilter
    ending = AbatedSerializer


@described("a medication", "was stopped", StoppedSerializer, MedicationSerializer)
class Medications(Findings):
    """What patients take, or took."""

    queryset = Medication.objects.select_related(*BESIDE_COURSE, "prescriber").order_by(
        "-starts_at", "-pk"
    )
    serializer_class = MedicationSerializer
    filterset_class = MedicationFilter
    ending = StoppedSerializer
