"""The next free times anywhere in the network, each to be booked as it is found."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Instant, Miles, Named, Reference
from api.serializers import Serializer
from api.views import Endpoint
from facilities.models import CareType, Doctor, Facility
from facilities.zip_codes import centroid, is_zip_code
from patients.models import Patient
from scheduling.api.appointments.examples import FREE
from scheduling.api.appointments.serializers import (
    LONGEST,
    SHORTEST,
    doctors,
    own_record,
    patients,
    types,
)
from scheduling.availability import DEFAULT_DURATION
from scheduling.models import AppointmentType
from scheduling.no_opening import why_none
from scheduling.openings import Slot, find_openings
from scheduling.waitlist_rules import FARTHEST_MILES
from scheduling.wanted import AFTERNOON, MORNING, Wanted

PARTS = {"morning": MORNING, "afternoon": AFTERNOON}
FARTHEST_DAY = timedelta(days=730)
MOST, USUAL = 100, 10


def facilities(user: Any) -> Any:
    return Facility.objects.visible_to(user)


class SlotSearch(Serializer):
    """What is looked for; what is left out does not matter."""

    type = Reference(types, required=False, help_text="A patient has to name one.")
    care_type = Reference(CareType.objects.visible_to, required=False)
    specialization = serializers.CharField(
        allow_blank=True, max_length=100, required=False, default=""
    )
    doctor = Reference(doctors, required=False)
    facility = Reference(facilities, required=False)
    patient = Reference(
        patients, required=False, help_text="Whose other appointments are looked past."
    )
    zip_code = serializers.CharField(
        max_length=10,
        required=False,
        default="",
        allow_blank=True,
        help_text="From where the miles count.",
    )
    miles = serializers.FloatField(min_value=1, max_value=FARTHEST_MILES, required=False)
    part_of_day = serializers.ChoiceField(choices=sorted(PARTS), required=False)
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7),
        required=False,
        help_text="1 is Monday. Repeat it for several.",
    )
    duration_minutes = serializers.IntegerField(
        min_value=SHORTEST,
        max_value=LONGEST,
        required=False,
        help_text="Of a patient's search only the type's own.",
    )
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=USUAL)

    def get_fields(self) -> dict[str, Any]:
        """Add the one whose name Python keeps for itself."""
        first = serializers.DateField(
            required=False, help_text="The first day, by the clock of each facility; today else."
        )
        return super().get_fields() | {"from": first}

    def validate_zip_code(self, text: str) -> str:
        """Take the first five digits, as ZIP codes of nine digits begin with them."""
        zip_code = text.strip().partition("-")[0]
        if zip_code and (not is_zip_code(zip_code) or centroid(zip_code) is None):
            raise serializers.ValidationError(
                _("This ZIP code is not known. Send five digits, such as 02134.")
            )
        return zip_code

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        user, today = self.context["request"].user, timezone.now().date()
        if said.get("miles") and not said["zip_code"]:
            self._refuse("zip_code", _("Send the ZIP code from which the miles count."))
        # Where a facility's day has not begun, yesterday is still today there.
        first = said.setdefault("from", today)
        if not today - timedelta(days=1) <= first <= today + FARTHEST_DAY:
            self._refuse("from", _("Choose today or a day within the next two years."))
        if not user.is_clinic_staff:
            said["patient"] = own_record(user, said.get("patient"))
            if "type" not in said:
                self._refuse("type", _("Choose the type of visit that you want to book."))
            self._refuse_other_length(said["type"], said)
        return said

    def _refuse_other_length(self, kind: AppointmentType, said: dict[str, Any]) -> None:
        if said.get("duration_minutes", kind.duration_minutes) != kind.duration_minutes:
            told = _("%(type)s has its own length. Leave this out, or call the clinic.")
            self._refuse("duration_minutes", told % {"type": kind})

    def _refuse(self, name: str, message: str) -> None:
        raise serializers.ValidationError({name: [message]})


class SlotSerializer(serializers.Serializer):
    doctor_id = serializers.IntegerField(source="doctor.pk")
    doctor_name = Named(source="doctor")
    facility_id = serializers.IntegerField(source="facility.pk")
    facility_name = Named(source="facility")
    facility_timezone = serializers.CharField(source="facility.timezone")
    starts_at = Instant()
    ends_at = Instant()
    miles = Miles(allow_null=True, help_text="Null where no ZIP code was sent.")


class ReasonSerializer(serializers.Serializer):
    code = serializers.ChoiceField(
        choices=[
            *("all_away", "all_full", "does_not_suit", "no_doctor", "no_hours", "too_far"),
            "too_short",
        ]
    )
    detail = serializers.CharField(source="message")


@extend_schema_serializer(many=False)
class SlotsSerializer(serializers.Serializer):
    results = SlotSerializer(many=True)
    reasons = ReasonSerializer(many=True, help_text="Why there is none; empty when there is one.")


class Slots(Endpoint):
    """Free times of the doctors with whom this person may book."""

    needs = "scheduling.book_appointment"
    serializer_class = SlotsSerializer
    pagination_class = None
    filter_backends: list[Any] = []

    @extend_schema(
        summary="Find the next free times",
        description="The soonest first, and of one time the nearest, in the coming half year and "
        "in four weeks from the first day at least. No two of one doctor overlap. Each can be sent "
        "to `appointments` as it is, with a patient and the type or length that was looked for.",
        parameters=[SlotSearch],
        responses={200: SlotsSerializer},
        examples=[
            OpenApiExample(
                "Found",
                {
                    "results": [FREE | {"miles": 6.2}],
                    "reasons": [],
                },
                response_only=True,
            ),
            OpenApiExample(
                "None",
                {
                    "results": [],
                    "reasons": [{"code": "no_doctor", "detail": "No doctor offers this."}],
                },
                response_only=True,
            ),
        ],
    )
    def list(self, request: Request) -> Response:
        sent = request.query_params.dict() | {"weekdays": request.query_params.getlist("weekdays")}
        search = SlotSearch(data=sent, context=self.get_serializer_context())
        search.is_valid(raise_exception=True)
        said, now = search.validated_data, timezone.now()
        wanted = self.wanted(said, now)
        found: list[Slot] = find_openings(wanted, now=now, count=said["limit"])
        reasons = [] if found else [why_none(wanted, now=now)]
        return Response(self.get_serializer({"results": found, "reasons": reasons}).data)

    def wanted(self, said: dict[str, Any], now: datetime) -> Wanted:
        """Return what is looked for; a patient's within what they may book online."""
        user, kind = self.request.user, said.get("type")
        usual = kind.duration if kind else DEFAULT_DURATION
        minutes = said.get("duration_minutes")
        from_time, to_time = PARTS.get(said.get("part_of_day", ""), (None, None))
        patient: Patient | None = said.get("patient")
        return Wanted(
            first=said["from"],
            duration=timedelta(minutes=minutes) if minutes else usual,
            buffer=kind.buffer if kind else timedelta(),
            type=kind,
            care_type=said.get("care_type"),
            specialization=said["specialization"],
            doctors=self.named(said.get("doctor")),
            facilities=self.named(said.get("facility")) or list(facilities(user)),
            zip_code=said["zip_code"],
            miles=said.get("miles"),
            from_time=from_time,
            to_time=to_time,
            weekdays=frozenset(said.get("weekdays", [])),
            patient=patient,
            starting=kind.online_window(now) if kind and not user.is_clinic_staff else None,
        )

    def named(self, one: Doctor | Facility | None) -> Any:
        return [one] if one else None
