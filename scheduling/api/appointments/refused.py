"""Why a time cannot be had, with what is busy and the nearest times that can be booked instead."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers

from api.examples import exemplified
from api.fields import Instant
from api.problems import Conflict, Problem, Refused
from api.schema import Problem as ProblemSerializer
from scheduling.alternatives import alternatives
from scheduling.api.appointments import examples
from scheduling.lost import ANOTHER_TIME_HELPS
from scheduling.models import Appointment
from scheduling.openings import Slot

BUSY = {"doctor_busy": "doctor", "patient_busy": "patient", "room_busy": "room"}
LOST_HOLD = {"hold_lost"}


class AlternativeSerializer(serializers.Serializer):
    """A free time. Added to what was asked for, it makes a booking or a move."""

    doctor_id = serializers.IntegerField()
    doctor_name = serializers.CharField()
    facility_id = serializers.IntegerField()
    facility_name = serializers.CharField()
    facility_timezone = serializers.CharField()
    starts_at = Instant()
    ends_at = Instant()
    miles = serializers.FloatField(allow_null=True, help_text="Null: no ZIP code was sent.")
    room_id = serializers.IntegerField(required=False)
    type_id = serializers.IntegerField(required=False)


@exemplified(shown=examples.LOST)
class LostTime(ProblemSerializer):
    """A refused time. `busy` says what is taken, of a conflict alone.

    Of `already_booked`, `appointment_id` is what the hold became.
    """

    busy = serializers.ChoiceField(choices=sorted(BUSY.values()), required=False)
    appointment_id = serializers.IntegerField(required=False)
    alternatives = AlternativeSerializer(many=True, required=False)


def explained(
    error: ValidationError,
    lost: Appointment,
    *,
    user: Any,
    now: datetime,
    moving: Appointment | None = None,
) -> Exception:
    """Return the refusal with alternatives that this person can book; any other as it is.

    Call it once the refused transaction is left: what it did not do must not be seen.
    """
    code = "" if hasattr(error, "error_dict") else error.error_list[0].code or ""
    if code not in ANOTHER_TIME_HELPS:
        return error
    found = alternatives(
        lost,
        now=now,
        moving=moving,
        starting=lost.type.online_window(now) if lost.type and not user.is_clinic_staff else None,
    )
    words = " ".join(error.messages)
    shown = [shown_slot(slot, lost) for slot in found]
    if code in BUSY:
        return Conflict(words, code, busy=BUSY[code], alternatives=shown)
    if code in LOST_HOLD:
        return Conflict(words, code, alternatives=shown)
    problem: Problem = Refused(words, code, alternatives=shown)
    return problem


def shown_slot(slot: Slot, lost: Appointment) -> dict[str, Any]:
    data = {
        "doctor_id": slot.doctor.pk,
        "doctor_name": str(slot.doctor),
        "facility_id": slot.facility.pk,
        "facility_name": str(slot.facility),
        "facility_timezone": slot.facility.timezone,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "miles": None,
    }
    kept = {"room_id": lost.room_id, "type_id": lost.type_id}
    data |= {name: value for name, value in kept.items() if value}
    shown: dict[str, Any] = AlternativeSerializer(data).data
    return shown
