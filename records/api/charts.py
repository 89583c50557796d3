"""What the endpoints of every kind of clinical row have in common.

The rows are those of the charts that the person asking may open, and every answer that shows one
is noted as a reading. Rows are never deleted: what is wrong is marked as entered in error.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.etags import may_match
from api.examples import exemplified
from api.fields import Instant, Named, Reference
from api.filters import Id, YesNo
from api.idempotency import idempotent
from api.parsers import JSONParser
from api.serializers import ModelSerializer, Serializer
from api.views import VERBS, Endpoint, Retrieves, Syncs
from audit.api import ShowsRecords
from records.scope import charts_of, facility_for

BESIDE = ("patient", "facility", "recorded_by", "error_by")
FIRST = ("id", "patient_id", "patient_name", "facility_id", "facility_name")
LAST = (
    *("recorded_by_name", "recorded_at", "updated_at"),
    *("error_at", "error_by_name", "error_reason"),
)


class ClinicalSerializer(ModelSerializer):
    """A row of somebody's chart, which is written once, at the facility of whoever writes it."""

    patient_id = Reference(charts_of, source="patient")
    patient_name = Named(source="patient")
    facility_id = serializers.IntegerField(read_only=True)
    facility_name = Named(source="facility")
    recorded_by_name = Named(
        source="recorded_by", allow_null=True, help_text="Null for what was imported."
    )
    recorded_at = Instant(read_only=True)
    updated_at = Instant(read_only=True)
    error_at = Instant(
        read_only=True, allow_null=True, help_text="When it was marked as entered in error."
    )
    error_by_name = Named(source="error_by", allow_null=True)

    def create(self, validated_data: dict[str, Any]) -> Any:
        user = self.context["request"].user
        row = self.Meta.model(recorded_by=user, **validated_data)
        row.facility = facility_for(user, row.patient)
        try:
            self.record(row)
        except ValidationError as error:
            raise (self.as_sent(error) if hasattr(error, "error_dict") else error) from error
        return row

    def record(self, row: Any) -> None:
        row.record()


@exemplified(sent={"reason": "Written into the wrong chart"})
class ReasonSerializer(Serializer):
    reason = serializers.CharField(max_length=200)


class ClinicalFilter(filters.FilterSet):
    patient = Id()
    facility = Id()
    in_error = YesNo(
        field_name="error_at",
        lookup_expr="isnull",
        exclude=True,
        help_text="Only what was marked as entered in error, or only what was not.",
    )

    class Meta:
        model: Any = None
        fields: list[str] = []


class Charts(ShowsRecords, Syncs, Retrieves, Endpoint):
    """Rows of the charts that this person may open, or below a patient of that chart alone."""

    verbs = VERBS

    @property
    def shown_as(self) -> str:  # type: ignore[override]
        return f"api: {self.queryset.model._meta.model_name}"  # noqa: SLF001 - documented by Django

    listed_as = shown_as

    def permission(self) -> str:
        meta = self.queryset.model._meta  # noqa: SLF001 - documented by Django
        return f"{meta.app_label}.{self.verbs[self.action]}_{meta.model_name}"

    def finalize_response(self, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(*args, **kwargs)
        patch_cache_control(answer, private=True, no_store=True)
        return answer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if "patient_id" in kwargs:
            get_object_or_404(charts_of(request.user), pk=kwargs["patient_id"])

    def kept_of(self, answered: Any) -> Any:
        """Keep the id alone: what a chart says is kept in the chart and nowhere else."""
        return {"id": answered["id"]}

    def repeated(self, kept: Any) -> Any:
        """Return the row as it is by now."""
        return self.representation(get_object_or_404(self.get_queryset(), pk=kept["id"]))

    def get_queryset(self) -> Any:
        """Return what is visible; a patient's copy is also told of what was wrong in it."""
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        if self.action == "list" and not self.request.user.is_clinic_staff:
            rows = self.queryset.filter(patient__in=charts_of(self.request.user).values("pk"))
        if "patient_id" in self.kwargs:
            rows = rows.filter(patient=self.kwargs["patient_id"])
        return rows

    def listed(self) -> Any:
        visible = self.queryset.model.objects.visible_to(self.request.user)
        return super().listed().filter(pk__in=visible.values("pk"))


class MarksErrors:
    """POST of `entered-in-error`."""

    verbs = VERBS | {"entered_in_error": "add"}

    @extend_schema(
        summary="Mark it as entered in error",
        description="It stays to be read by the staff, with who marked it, when and why, and is "
        "not changed any more. Its author and doctors may: 409 `not_yours` for others.",
        request=ReasonSerializer,
    )
    @action(detail=True, methods=["post"], url_path="entered-in-error", parser_classes=[JSONParser])
    @may_match
    @idempotent
    def entered_in_error(self: Any, request: Request, pk: str) -> Response:
        asked = ReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        reason = asked.validated_data["reason"]
        return self.answer(
            self.locked_for(
                lambda row: row.mark_entered_in_error(by=request.user, reason=reason),
                if_match=False,
            )
        )
