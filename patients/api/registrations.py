"""The desk decides whose record an account is for that may be somebody's whom it knows."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Instant, Named, Reference
from api.idempotency import idempotent
from api.serializers import Serializer
from api.views import Endpoint, Lists, Retrieves
from audit.api import ShowsRecords
from audit.kinds import Kind
from facilities.models import Facility
from patients.api.filters import RegistrationFilter
from patients.api.serializers import LikelyDuplicateSerializer
from patients.models import Patient, Registration

DECIDES = "patients.change_registration"
WAITING: dict[str, Any] = {
    "id": 3,
    "status": "waiting",
    "name": "Example Person",
    "given_name": "Example",
    "family_name": "Person",
    "date_of_birth": "1980-02-29",
    "email": "example@example.org",
    "phone": "+14025550142",
    "zip_code": "68114",
    "facility_id": 12,
    "facility_name": "Riverside Clinic",
    "candidate": {
        "id": 17,
        "mrn": "00000017",
        "name": "Exampel Person",
        "date_of_birth": "1980-02-29",
        "facility_name": "Riverside Clinic",
        "is_active": True,
    },
    "created_at": "2027-03-14T14:30:00Z",
    "verified_at": "2027-03-14T14:31:00Z",
}


def _shown(name: str, **changed: Any) -> OpenApiExample:
    return OpenApiExample(name, WAITING | changed, response_only=True)


class RegistrationRowSerializer(serializers.ModelSerializer):
    """What somebody said of themselves, beside the record that may be theirs."""

    name = serializers.CharField(source="__str__")
    facility_id = serializers.IntegerField(allow_null=True)
    facility_name = Named(source="facility", allow_null=True)
    candidate = LikelyDuplicateSerializer(
        allow_null=True,
        help_text="The record that may be theirs, and once `linked` the one that is. Null where "
        "there is none, or none that you may see.",
    )
    created_at = Instant()
    verified_at = Instant(allow_null=True)

    class Meta:
        model = Registration
        fields = [
            *("id", "status", "name", "given_name", "family_name", "date_of_birth", "email"),
            *("phone", "zip_code", "facility_id", "facility_name", "candidate"),
            *("created_at", "verified_at"),
        ]
        read_only_fields = fields


class ConfirmSerializer(Serializer):
    patient_id = Reference(
        Patient.objects.visible_to, source="patient", help_text="The record that is theirs."
    )


class CreateRecordSerializer(Serializer):
    facility_id = Reference(
        Facility.objects.visible_to,
        source="facility",
        required=False,
        help_text="Instead of the one that they chose, such as when that is full.",
    )


@extend_schema_view(
    list=extend_schema(summary="List registrations", examples=[_shown("Waits")]),
    retrieve=extend_schema(summary="Read a registration", examples=[_shown("Waits")]),
)
class Registrations(ShowsRecords, Lists, Retrieves, Endpoint):
    """Accounts of people who proved their address, by what they said of themselves.

    Those that wait may be for a person whom the clinic knows: ask them, then decide.
    """

    queryset = Registration.objects.select_related("facility").order_by("verified_at", "pk")
    serializer_class = RegistrationRowSerializer
    filterset_class = RegistrationFilter
    shown_as = listed_as = Kind.REGISTRATION

    def _named(self, rows: list[Any]) -> Iterator[int]:
        """Yield whose records stand beside what people said of themselves."""
        beside = (row.get("candidate") for row in rows if isinstance(row, dict))
        yield from (each["id"] for each in beside if each)

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        known = Patient.objects.visible_to(self.request.user).select_related("facility")
        return rows.prefetch_related(Prefetch("candidate", queryset=known))

    @extend_schema(
        summary="Confirm whose record it is",
        description="Gives the account this record. 409 when it is closed or has an account.",
        request=ConfirmSerializer,
        responses=RegistrationRowSerializer,
        examples=[
            OpenApiExample("Record", {"patient_id": 17}, request_only=True),
            _shown("Linked", status="linked"),
        ],
    )
    @action(detail=True, methods=["post"], needs=DECIDES, serializer_class=ConfirmSerializer)
    @idempotent
    def confirm(self, request: Request, pk: str) -> Response:
        registration = self.get_object()
        registration.confirm(**self.said())
        return self.decided(registration)

    @extend_schema(
        summary="Create a record for a registration",
        description="For somebody whom the clinic does not know yet. 409 `facility_full` where no "
        "place is left: send another `facility_id`.",
        request=CreateRecordSerializer,
        responses=RegistrationRowSerializer,
        examples=[
            OpenApiExample("Elsewhere", {"facility_id": 12}, request_only=True),
            _shown("Linked", status="linked"),
        ],
    )
    @action(
        detail=True,
        methods=["post"],
        url_path="create-record",
        needs=DECIDES,
        serializer_class=CreateRecordSerializer,
    )
    @idempotent
    def create_record(self, request: Request, pk: str) -> Response:
        registration = self.get_object()
        registration.create_record(**self.said())
        return self.decided(registration)

    @extend_schema(
        summary="Reject a registration",
        description="The account keeps no record, and `auth/me` says so. It can still be confirmed "
        "or given a record later.",
        request=None,
        responses=RegistrationRowSerializer,
        examples=[_shown("Rejected", status="rejected")],
    )
    @action(detail=True, methods=["post"], needs=DECIDES)
    @idempotent
    def reject(self, request: Request, pk: str) -> Response:
        registration = self.get_object()
        registration.reject()
        return self.decided(registration)

    def said(self) -> dict[str, Any]:
        asked = self.get_serializer(data=self.request.data)
        asked.is_valid(raise_exception=True)
        said: dict[str, Any] = asked.validated_data
        return said

    def decided(self, registration: Registration) -> Response:
        """Return it as it is now, even where a new record took it to a facility of others."""
        row = self.get_queryset().filter(pk=registration.pk).first()
        data = RegistrationRowSerializer(row or registration).data
        return Response(data, headers={"ETag": self.etag(data)})
