"""What else can be read of an appointment: its history, and a file for a calendar."""

from dataclasses import replace
from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.examples import exemplified
from api.fields import Instant, Named
from api.negotiation import JSONWhateverIsAccepted
from api.serializers import ForStaff
from audit.kinds import Kind
from audit.reading import shows
from scheduling.api.appointments import examples
from scheduling.feeds import entry_of
from scheduling.history import Entry
from scheduling.ical import CONTENT_TYPE, written
from scheduling.models import AppointmentEvent
from scheduling.status import Status


class EventSerializer(ForStaff, serializers.Serializer):
    """One change. A patient's answer lacks `words`, `by_name` and `reason`."""

    for_staff = ("words", "by_name", "reason")

    at = Instant()
    kind = serializers.ChoiceField(choices=AppointmentEvent.Kind.choices)
    words = serializers.SerializerMethodField(help_text="The sentence that the desk reads.")
    by_name = serializers.CharField(source="by", allow_null=True)
    reason = serializers.CharField()
    from_status = serializers.ChoiceField(choices=Status.choices, allow_blank=True)
    to_status = serializers.ChoiceField(choices=Status.choices)
    from_starts_at = Instant()
    to_starts_at = Instant()
    from_doctor_name = Named(source="from_doctor")
    to_doctor_name = Named(source="to_doctor")

    def get_words(self, event: AppointmentEvent) -> str:
        return Entry.of(event, self.context["facility"]).words


@exemplified(shown=examples.HISTORY)
class HistorySerializer(serializers.Serializer):
    results = EventSerializer(many=True)


class CalendarRenderer(BaseRenderer):
    """Answers with the file, whatever is accepted, or with a problem in JSON."""

    media_type, format = "text/calendar", "ics"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        return data if isinstance(data, bytes) else JSONRenderer().render(data)


class Reads:
    @extend_schema(
        summary="Read what happened to an appointment",
        description="The latest first.",
        responses={200: HistorySerializer},
        filters=False,
    )
    @action(detail=True, pagination_class=None, needs="scheduling.view_appointment")
    def history(self: Any, request: Request, pk: str) -> Response:
        row = self.get_object()
        if row.patient_id:
            shows(request, Kind.APPOINTMENT, [row.patient_id])
        events = row.events.select_related("by", "from_doctor", "to_doctor", "from_room", "to_room")
        context = self.get_serializer_context() | {"facility": row.facility}
        shown = HistorySerializer({"results": events}, context=context)
        return Response(shown.data)

    @extend_schema(
        summary="Read an appointment as an iCalendar file",
        operation_id="appointments_calendar_retrieve",
        responses={
            (200, "text/calendar"): OpenApiResponse(
                OpenApiTypes.STR,
                "RFC 5545, one event. It names no patient and no reason.",
                [OpenApiExample("File", examples.FILE)],
            )
        },
        filters=False,
    )
    @action(
        detail=True,
        url_path=r"calendar\.ics",
        url_name="calendar",
        pagination_class=None,
        renderer_classes=[CalendarRenderer],
        content_negotiation_class=JSONWhateverIsAccepted,
        needs="scheduling.view_appointment",
    )
    def calendar(self: Any, request: Request, pk: str) -> Response:
        """Answer with a file; a hold is no appointment yet."""
        row = self.get_object()
        if row.status == Status.PENDING:
            raise Http404
        headers = {"Content-Disposition": 'attachment; filename="appointment.ics"'}
        entry = entry_of(row, request.build_absolute_uri)
        if not request.user.is_clinic_staff:
            entry = replace(entry, url="")  # a page of the staff's
        content = written([entry])
        return Response(content, content_type=CONTENT_TYPE, headers=headers)
