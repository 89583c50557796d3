from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api import problems
from api.examples import exemplified
from api.fields import LARGEST_ID, Clock, Day, Instant, Named, Reference
from api.schema import Problem as ProblemSerializer
from api.serializers import Serializer
from facilities.api.examples import HERE, WITH
from patients.api.examples import OF
from scheduling.api.appointments.examples import ALTERNATIVE, SHOWN, TIME
from scheduling.api.appointments.refused import AlternativeSerializer, shown_slot
from scheduling.api.appointments.serializers import (
    LONGEST,
    SHORTEST,
    AppointmentSerializer,
    doctors,
    patients,
    place,
    rooms,
    types,
)
from scheduling.clashes import Clash
from scheduling.models import Appointment, WorkingHours
from scheduling.openings import Slot
from scheduling.recurrence import LONGEST_INTERVAL, MOST, Weekly

FIRST = "2027-03-02T15:00:00Z"
SERIES: dict[str, Any] = {
    "id": 6,
    **OF,
    **WITH,
    **HERE,
    "facility_timezone": "America/Chicago",
    "room_id": None,
    "room_name": None,
    "type_id": 4,
    "type_name": "Check-up",
    "rule": "FREQ=WEEKLY;INTERVAL=1;BYDAY=TU;COUNT=4",
    "first_day": "2027-03-02",
    "last_day": "2027-03-23",
    "time_of_day": "09:00:00",
    "duration_minutes": 30,
    "size": 4,
    "created_at": "2027-03-01T16:20:11.120000Z",
}
VISITS = [SHOWN | {"series_id": SERIES["id"]}]
CLASH = {
    "index": 0,
    "starts_at": FIRST,
    "code": "doctor_busy",
    "detail": "That time, or part of it, has just been taken. Choose another time.",
    "alternative": ALTERNATIVE,
}
LOST = problems.body(
    409, "series_clash", "Some of these times cannot be had, and nothing was saved."
) | {"request_id": "6f1f0d0e", "clashes": [CLASH]}
REPEATED = TIME | {
    "patient_id": OF["patient_id"],
    "starts_at": "2027-03-02T09:00:00-06:00",
    "count": 4,
    "dry_run": True,
}
FORESEEN = {
    "rule": SERIES["rule"],
    "dates": [
        {"index": 0, "starts_at": FIRST, "clash": CLASH},
        {"index": 1, "starts_at": "2027-03-09T15:00:00Z", "clash": None},
    ],
}


@exemplified(shown=SERIES)
class SeriesSerializer(serializers.Serializer):
    """A series as it was booked; later changes change its appointments alone."""

    id = serializers.IntegerField()
    patient_id = serializers.IntegerField()
    patient_name = Named(source="patient")
    doctor_id = serializers.IntegerField()
    doctor_name = Named(source="doctor")
    facility_id = serializers.IntegerField()
    facility_name = Named(source="facility")
    facility_timezone = serializers.CharField(source="facility.timezone")
    room_id = serializers.IntegerField(allow_null=True)
    room_name = Named(source="room", allow_null=True)
    type_id = serializers.IntegerField(allow_null=True)
    type_name = Named(source="type", allow_null=True)
    rule = serializers.CharField(help_text="RFC 5545, on the facility's clock.")
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    time_of_day = Clock()
    duration_minutes = serializers.IntegerField()
    size = serializers.IntegerField(help_text="How many dates the rule has.")
    created_at = Instant()


@exemplified(shown=SERIES | {"appointments": VISITS})
class SeriesDetailSerializer(SeriesSerializer):
    appointments = AppointmentSerializer(
        many=True, source="shown", help_text="Those that this person sees, by start."
    )


class ClashSerializer(serializers.Serializer):
    """One date that cannot be had, and the nearest free time that is like it."""

    index = serializers.IntegerField(
        help_text="The number of the date, from 0; of a move, the id of the appointment."
    )
    starts_at = Instant()
    code = serializers.CharField()
    detail = serializers.CharField(source="message")
    alternative = serializers.SerializerMethodField()

    @extend_schema_field(AlternativeSerializer(allow_null=True))
    def get_alternative(self, clash: Clash) -> dict[str, Any] | None:
        return shown_slot(clash.alternative, clash.lost) if clash.alternative else None


@exemplified(shown=LOST)
class SeriesProblem(ProblemSerializer):
    """Every date that clashes; nothing was saved."""

    clashes = ClashSerializer(many=True)


class DateSerializer(serializers.Serializer):
    index = serializers.IntegerField()
    starts_at = Instant()
    clash = ClashSerializer(allow_null=True)


@exemplified(shown=FORESEEN)
class ForeseenSerializer(serializers.Serializer):
    """What a series would come to; nothing is booked."""

    rule = serializers.CharField()
    dates = DateSerializer(many=True)


class ReplacementSerializer(Serializer):
    index = serializers.IntegerField(min_value=0, max_value=LARGEST_ID)
    doctor_id = Reference(doctors, source="doctor")
    starts_at = Instant()


class ChoicesSerializer(Serializer):
    """What to do about the dates that clash."""

    replacing = ReplacementSerializer(many=True, required=False)
    leaving_out = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=LARGEST_ID),
        required=False,
        max_length=MOST,
    )

    def validate_replacing(self, chosen: list[Any]) -> list[Any]:
        if len(chosen) > MOST:
            raise serializers.ValidationError(
                _("A series has %(most)s dates at most.") % {"most": MOST}
            )
        return chosen


@exemplified(sent=REPEATED)
class RepeatedSerializer(ChoicesSerializer):
    """The first visit, how it repeats, and what to do about dates that clash."""

    patient_id = Reference(patients, source="patient")
    doctor_id = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    facility_id = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    room_id = Reference(rooms, source="room", required=False, allow_null=True)
    type_id = Reference(types, source="type", required=False, allow_null=True)
    starts_at = Instant(help_text="The first visit, on one of the weekdays.")
    duration_minutes = serializers.IntegerField(
        min_value=SHORTEST, max_value=LONGEST, required=False
    )
    every_weeks = serializers.IntegerField(min_value=1, max_value=LONGEST_INTERVAL, default=1)
    weekdays = serializers.ListField(
        child=serializers.ChoiceField(choices=WorkingHours.Weekday.choices),
        required=False,
        help_text="Left out: the weekday of the first visit.",
    )
    count = serializers.IntegerField(min_value=2, max_value=MOST, required=False)
    until = Day(required=False, help_text="The last day, instead of `count`.")
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)
    notes = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    dry_run = serializers.BooleanField(default=False, help_text="Look, and book nothing.")

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        if ("count" in said) == ("until" in said):
            message = _(
                "Say how many appointments there are to be, or until which day: one of both."
            )
            raise serializers.ValidationError({"count": [message]}, code="required")
        user = self.context["request"].user
        doctor, facility = place(user, said.pop("doctor_id"), said.pop("facility_id"))
        first = said["starts_at"].astimezone(facility.tz)
        weekdays = tuple(sorted({*(said.pop("weekdays", None) or [first.isoweekday()])}))
        ends = said.pop("count", None), said.pop("until", None)
        rule = str(Weekly(said.pop("every_weeks"), weekdays, *ends))
        return said | {"doctor": doctor, "facility": facility, "rule": rule}


class FollowingSerializer(Serializer):
    """One appointment of the series; what is done to it is done to all that follow."""

    appointment_id = Reference(Appointment.objects.visible_to, source="appointment")

    def validate_appointment_id(self, appointment: Appointment) -> Appointment:
        if appointment.series_id != self.context["series"].pk:
            raise serializers.ValidationError(_("This appointment is not one of the series."))
        return appointment


@exemplified(sent={"appointment_id": 44, "reason": "Course is over"})
class CancelFollowingSerializer(FollowingSerializer):
    reason = serializers.CharField(max_length=200)


@exemplified(sent={"appointment_id": 44, "starts_at": "2027-03-10T10:00:00-06:00"})
class MoveFollowingSerializer(FollowingSerializer, ChoicesSerializer):
    starts_at = Instant(help_text="Where this one goes; the others shift by as much.")
    doctor_id = Reference(doctors, source="doctor", required=False)


def slots_of(chosen: list[dict[str, Any]], facility: Any, duration: Any) -> dict[int, Slot]:
    """Return by index the times to take instead."""
    return {
        each["index"]: Slot(
            each["doctor"], facility, each["starts_at"], each["starts_at"] + duration
        )
        for each in chosen
    }
