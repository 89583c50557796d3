"""Whom the time of an appointment would suit."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.examples import exemplified
from api.fields import Instant, Named
from scheduling.api.appointments.examples import FREE
from scheduling.api.waitlist.serializers import ENTRY, EntrySerializer
from scheduling.freed import freed_by, to_be_freed
from scheduling.models import Appointment, WaitlistEntry
from scheduling.openings import Slot
from scheduling.status import HOLDING_TIME

MOST_OFFERED = 20


class FreedSerializer(serializers.Serializer):
    doctor_id = serializers.IntegerField(source="doctor.pk")
    doctor_name = Named(source="doctor")
    facility_id = serializers.IntegerField(source="facility.pk")
    facility_name = Named(source="facility")
    starts_at = Instant()
    ends_at = Instant(help_text="Up to whatever comes next.")


@exemplified(shown={"free": FREE, "results": [ENTRY]})
class FitsSerializer(serializers.Serializer):
    free = FreedSerializer(allow_null=True, help_text="Null where the time is taken again.")
    results = EntrySerializer(many=True)


class SuitsThoseWhoWait:
    @extend_schema(
        summary="List who waits for the time of an appointment",
        description="Of one that was cancelled, missed or moved away, the time that it left; of "
        "one to come, the time that it would leave. The most pressing first, 20 at most.",
        responses=FitsSerializer,
        filters=False,
    )
    @action(
        detail=True,
        url_path="waitlist-fits",
        pagination_class=None,
        needs="scheduling.view_waitlistentry",
    )
    def waitlist_fits(self: Any, request: Request, pk: str) -> Response:
        slot = left_by(self.get_object())
        waiting = WaitlistEntry.objects.visible_to(request.user)
        related = ("patient", "care_type", "doctor", "type", "facility")
        fitting = waiting.fitting(slot, now=timezone.now()) if slot else waiting.none()
        found = {"free": slot, "results": fitting.select_related(*related)[:MOST_OFFERED]}
        return Response(FitsSerializer(found, context=self.get_serializer_context()).data)


def left_by(appointment: Appointment) -> Slot | None:
    """Return the time that the last change has freed, or that a cancellation would free."""
    last = appointment.last_change()
    freed = freed_by(last, appointment.facility) if last else None
    if freed is None and appointment.status in HOLDING_TIME:
        return to_be_freed(appointment)
    return freed
