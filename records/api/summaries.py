"""Health summaries: each takes the place of the one before."""

from functools import wraps
from typing import Any

from django.db.models import Exists, OuterRef, Q
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.examples import exemplified
from api.fields import LARGEST_ID
from api.filters import Ordering, YesNo
from api.schema import also_answers
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
from records.models import HealthSummary


@exemplified(sent=examples.SUMMARY_INPUT | {"replaces_id": None}, shown=examples.SUMMARY)
class SummarySerializer(ClinicalSerializer):
    replaces_id = serializers.IntegerField(
        write_only=True,
        allow_null=True,
        min_value=1,
        max_value=LARGEST_ID,
        help_text="The summary that was read and counts until now; null where there is none.",
    )
    is_current = serializers.SerializerMethodField(help_text="It is the one that counts.")

    class Meta:
        model = HealthSummary
        fields = [*FIRST, "blood_type", "history", "is_current", "replaces_id", *LAST]

    @extend_schema_field(OpenApiTypes.BOOL)
    def get_is_current(self, summary: Any) -> bool:
        return not summary.is_in_error and not summary.is_replaced

    def create(self, validated_data: dict[str, Any]) -> Any:
        self.replaces = validated_data.pop("replaces_id")
        return super().create(validated_data)

    def record(self, row: Any) -> None:
        row.replace(self.replaces)


class SummaryFilter(ClinicalFilter):
    current = YesNo(method="only_current", help_text="`true`: of each patient the one that counts.")
    ordering = Ordering(fields=["recorded_at", "updated_at", "id"])

    def only_current(self, rows: Any, name: str, value: bool) -> Any:
        counts = {"error_at__isnull": True, "is_replaced": False}
        return rows.filter(**counts) if value else rows.exclude(**counts)


LATER = Q(recorded_at__gt=OuterRef("recorded_at")) | Q(
    recorded_at=OuterRef("recorded_at"), pk__gt=OuterRef("pk")
)
REPLACED = Exists(HealthSummary.objects.in_force().filter(LATER, patient_id=OuterRef("patient_id")))


@extend_schema_view(
    create=extend_schema(
        summary="Write a patient's health summary",
        description="It takes the place of the one that `replaces_id` names: 412 where another "
        "one counts by now.",
    )
)
class HealthSummaries(MarksErrors, Creates, Charts):
    """Blood types and medical histories. The newest of a patient counts, the others can be read."""

    queryset = (
        HealthSummary.objects.select_related(*BESIDE)
        .annotate(is_replaced=REPLACED)
        .order_by("-recorded_at", "-pk")
    )
    serializer_class = SummarySerializer
    filterset_class = SummaryFilter
    not_in_etag = ("is_current",)

    @also_answers(412)
    @wraps(Creates.create)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().create(request, *args, **kwargs)
