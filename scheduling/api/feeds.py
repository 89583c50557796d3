"""The private address under which a calendar application reads a doctor's days."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from api.examples import exemplified
from api.fields import Instant, Named
from api.views import Endpoint
from facilities.api.examples import WITH
from scheduling.api.nested import found
from scheduling.feeds import doctors_offered
from scheduling.models import CalendarFeed

NEEDS = {"retrieve": "view", "create": "issue", "destroy": "revoke"}
LIVE = {
    **WITH,
    "created_at": "2027-03-01T16:20:11.120000Z",
    "last_read_at": None,
}


@exemplified(shown=LIVE)
class FeedSerializer(serializers.Serializer):
    doctor_id = serializers.IntegerField()
    doctor_name = Named(source="doctor")
    created_at = Instant()
    last_read_at = Instant(allow_null=True, help_text="To the hour.")


@exemplified(shown=LIVE | {"url": "https://clinic.example.org/calendar/Zm9v.ics"})
class IssuedFeedSerializer(FeedSerializer):
    url = serializers.URLField(help_text="Shown this once: whoever has it reads the calendar.")


class DoctorFeed(Endpoint):
    """The live address of a doctor's calendar. Administrators give it out, doctors their own."""

    queryset = CalendarFeed.objects.live().select_related("doctor")
    serializer_class = FeedSerializer

    def permission(self) -> str:
        return f"scheduling.{NEEDS[self.action]}_calendarfeed"

    def get_object(self) -> Any:
        feed = self.get_queryset().filter(doctor=self.kwargs["doctor_id"]).first()
        if feed is None:
            raise Http404
        return feed

    @extend_schema(
        summary="Read whether a doctor's calendar has an address",
        description="404 when it has none. The address itself is never shown again.",
    )
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        return Response(self.representation(self.get_object()))

    @extend_schema(
        summary="Make the address of a doctor's calendar",
        description="Repeated, it is refused with `feed_live`. It takes no Idempotency-Key: the "
        "address is a secret, and no answer that holds it is kept.",
        request=None,
        responses={201: IssuedFeedSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        doctor = found(doctors_offered(request.user), self.kwargs["doctor_id"])
        feed, token = CalendarFeed.objects.issue(doctor, by=request.user)
        url = request.build_absolute_uri(reverse("scheduling:feed", args=[token]))
        body = FeedSerializer(feed).data | {"url": url}
        headers = {"Cache-Control": "no-store"}
        return Response(body, status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(summary="Revoke the address of a doctor's calendar")
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        self.get_object().revoke(by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)
