"""Doctors who come and go: it stands here, as what they leave behind are appointments."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.examples import exemplified
from api.idempotency import idempotent
from api.views import Endpoint
from facilities.api.examples import DOCTOR
from facilities.api.serializers import DoctorSerializer
from facilities.models import Doctor
from scheduling.models import Appointment

LEFT = {"is_active": False, "appointments_to_move": 12}


@exemplified(shown=DOCTOR | LEFT)
class DoctorStatusSerializer(DoctorSerializer):
    appointments_to_move = serializers.IntegerField(
        read_only=True, help_text="How many visits to come are still booked with the doctor."
    )

    class Meta(DoctorSerializer.Meta):
        fields = [*DoctorSerializer.Meta.fields, "appointments_to_move"]


class DoctorStatus(Endpoint):
    """Whether a doctor takes appointments."""

    queryset = Doctor.objects.prefetch_related("facilities", "care_types")
    serializer_class = DoctorSerializer
    needs = "facilities.change_doctor"

    @extend_schema(
        summary="Let a doctor take appointments again",
        request=None,
        responses=DoctorStatusSerializer,
    )
    @idempotent
    def activate(self, request: Request, **kwargs: Any) -> Response:
        return self.set_active(is_active=True)

    @extend_schema(
        summary="Let a doctor take no more appointments",
        request=None,
        responses=DoctorStatusSerializer,
    )
    @idempotent
    def deactivate(self, request: Request, **kwargs: Any) -> Response:
        """Deactivate. Visits that are booked stay booked: the answer says how many are to move."""
        return self.set_active(is_active=False)

    def set_active(self, *, is_active: bool) -> Response:
        def change(doctor: Doctor) -> None:
            doctor.is_active = is_active
            doctor.save(update_fields=["is_active", "updated_at"])

        doctor = self.locked_for(change, if_match=False)
        answer = self.answer(doctor)
        to_come = Appointment.objects.filter(doctor=doctor).expected(timezone.now())
        answer.data["appointments_to_move"] = 0 if is_active else to_come.count()
        return answer
