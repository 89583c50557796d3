from typing import Any

from django.db import models
from django.utils.translation import gettext
from rest_framework import serializers

from api.examples import exemplified
from api.fields import LARGEST_ID, Instant, Named, Reference
from api.problems import Forbidden
from api.serializers import ModelSerializer, Serializer
from facilities.models import Doctor, Facility
from patients.api import examples
from patients.models import Patient, PatientChange, PatientIdentifier, PatientMerge

MOST_IDENTIFIERS = 50


class IdentifierSerializer(ModelSerializer):
    class Meta:
        model = PatientIdentifier
        fields = ["system", "value"]
        validators: list[Any] = []


@exemplified(sent=examples.INPUT, shown=examples.PATIENT)
class PatientSerializer(ModelSerializer):
    name = serializers.CharField(source="__str__", read_only=True)
    facility_id = Reference(
        Facility.objects.visible_to, source="facility", required=False, allow_null=True
    )
    facility_name = Named(source="facility", allow_null=True)
    assigned_doctor_id = Reference(
        Doctor.objects.visible_to, source="assigned_doctor", required=False, allow_null=True
    )
    assigned_doctor_name = Named(source="assigned_doctor", allow_null=True)
    merged_into_id = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="The record that replaced this one."
    )
    identifiers = IdentifierSerializer(
        many=True, required=False, max_length=MOST_IDENTIFIERS, help_text="Other systems' numbers."
    )
    created_at = Instant(read_only=True)
    updated_at = Instant(read_only=True)

    class Meta:
        model = Patient
        fields = [
            *("id", "mrn", "name", "given_name", "family_name", "maiden_name", "date_of_birth"),
            *("gender", "phone", "email", "address_line", "city", "state", "zip_code", "language"),
            *("facility_id", "facility_name", "assigned_doctor_id", "assigned_doctor_name"),
            *("identifiers", "deceased_on", "merged_into_id", "is_active", "version"),
            *("created_at", "updated_at"),
        ]

    def validate_is_active(self, is_active: bool) -> bool:
        is_changed = self.instance is not None and self.instance.is_active != is_active
        if is_changed and not self.context["request"].user.has_perm(Patient.CLOSING):
            raise Forbidden(
                gettext("Only the desk closes a record or opens it again. Ask them to."),
                "desk_only",
            )
        return is_active

    def write(self, instance: models.Model, values: dict[str, Any]) -> models.Model:
        identifiers = values.pop("identifiers", None)
        before = None if instance.pk is None else Patient(**_columns(instance))
        patient = super().write(instance, values)
        if before and isinstance(patient, Patient):
            PatientChange.objects.note(patient, before, by=self.context["request"].user)
        if identifiers is not None and isinstance(patient, Patient):
            patient.replace_identifiers([(each["system"], each["value"]) for each in identifiers])
        return patient


def _columns(patient: models.Model) -> dict[str, Any]:
    return {f.attname: getattr(patient, f.attname) for f in patient._meta.concrete_fields}  # noqa: SLF001


class LikelyDuplicateSerializer(serializers.ModelSerializer):
    """A record that may be the same person's: enough to tell."""

    name = serializers.CharField(source="__str__")
    facility_name = Named(source="facility", allow_null=True)

    class Meta:
        model = Patient
        fields = ["id", "mrn", "name", "date_of_birth", "facility_name", "is_active"]
        read_only_fields = fields


@exemplified(shown=examples.PATIENT | {"likely_duplicates": examples.ALIKE})
class RegisteredSerializer(PatientSerializer):
    likely_duplicates = LikelyDuplicateSerializer(
        many=True, read_only=True, help_text="Records that may be the same person's, if any."
    )

    class Meta(PatientSerializer.Meta):
        fields = [*PatientSerializer.Meta.fields, "likely_duplicates"]


@exemplified(sent=examples.QUERY)
class LikelyDuplicatesQuery(ModelSerializer):
    """Who is to be registered; a date of birth or a phone number is needed to find anybody."""

    class Meta:
        model = Patient
        fields = ["given_name", "family_name", "date_of_birth", "phone"]
        extra_kwargs = {"date_of_birth": {"required": False, "allow_null": True}}


@exemplified(shown={"likely_duplicates": examples.ALIKE})
class LikelyDuplicatesSerializer(serializers.Serializer):
    likely_duplicates = LikelyDuplicateSerializer(many=True)


@exemplified(sent={"into_id": 17, "version": 1, "into_version": 4})
class MergeRequestSerializer(Serializer):
    into_id = Reference(
        Patient.objects.visible_to, source="into", help_text="The record that stays."
    )
    version = serializers.IntegerField(
        required=False, max_value=LARGEST_ID, help_text="The `version` you read of this record."
    )
    into_version = serializers.IntegerField(
        required=False, max_value=LARGEST_ID, help_text="The `version` you read of the other."
    )


@exemplified(shown=examples.MERGE)
class MergeSerializer(serializers.ModelSerializer):
    merged_id = serializers.IntegerField()
    merged_name = Named(source="merged")
    into_id = serializers.IntegerField()
    into_name = Named(source="into")
    by_name = Named(source="by", allow_null=True)
    at = Instant()
    undone_at = Instant(allow_null=True)
    moved = serializers.DictField(
        child=serializers.IntegerField(),
        source="counts",
        help_text="How many rows of each kind went over.",
    )
    filled = serializers.ListField(
        child=serializers.CharField(), help_text="What the record that stays took over."
    )

    class Meta:
        model = PatientMerge
        fields = [
            *("id", "merged_id", "merged_name", "into_id", "into_name", "by_name", "at"),
            *("undone_at", "moved", "filled"),
        ]
        read_only_fields = fields
