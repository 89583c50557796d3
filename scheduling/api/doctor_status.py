"""Doctors who come and go."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.idempotency import idempotent
from api.views import Endpoint
from facilities.api.serializers import DoctorSerializer
from facilities.models import Doctor


class DoctorStatus(Endpoint):
    """Whether a doctor takes appointments."""

    queryset = Doctor.objects.prefetch_related("facilities", "care_types")
    serializer_class = DoctorSerializer
    needs = "facilities.change_doctor"

    @extend_schema(
        summary="Let a doctor take appointments again",
        request=None,
        responses=DoctorSerializer,
    )
    @idempotent
    def activate(self, request: Request, **kwargs: object) -> Response:
        return self.answer(self.locked_for(Doctor.activate, if_match=False))

    @extend_schema(
        summary="Let a doctor take no more appointments",
        description="409 `visits_to_come`, which says how many, as long as visits are booked with "
        "the doctor. Enter time off first: nothing is booked in it any more, and its `affected` "
        "lists what is to be moved.",
        request=None,
        responses=DoctorSerializer,
    )
    @idempotent
    def deactivate(self, request: Request, **kwargs: object) -> Response:
        return self.answer(self.locked_for(Doctor.deactivate, if_match=False))
