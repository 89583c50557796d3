"""Encounters, which are read alone: they come with visits and imports."""

from django_filters import rest_framework as filters
from rest_framework import serializers

from api.examples import exemplified
from api.fields import Instant, Named
from api.filters import Id, Ordering, Starting
from records.api import examples
from records.api.charts import BESIDE, FIRST, LAST, Charts, ClinicalFilter, ClinicalSerializer
from records.models import Encounter


@exemplified(shown=examples.ENCOUNTER)
class EncounterSerializer(ClinicalSerializer):
    patient_id = serializers.IntegerField(read_only=True)
    doctor_id = serializers.IntegerField(read_only=True, allow_null=True)
    doctor_name = Named(source="doctor", allow_null=True)
    appointment_id = serializers.IntegerField(read_only=True, allow_null=True)
    starts_at = Instant()
    ends_at = Instant(allow_null=True)

    class Meta:
        model = Encounter
        fields = [
            *(*FIRST, "doctor_id", "doctor_name", "appointment_id", "starts_at", "ends_at"),
            *("encounter_class", "code", "description", "reason_code", "reason", *LAST),
        ]
        read_only_fields = fields


class EncounterFilter(Starting, ClinicalFilter):
    doctor = Id()
    encounter_class = filters.ChoiceFilter(choices=Encounter.Class.choices)
    ordering = Ordering(fields=["starts_at", "recorded_at", "updated_at", "id"])


class Encounters(Charts):
    """Meetings of patients with those who care for them, as they took place. They may overlap."""

    queryset = Encounter.objects.select_related(*BESIDE, "doctor").order_by("-starts_at", "-pk")
    serializer_class = EncounterSerializer
    filterset_class = EncounterFilter
