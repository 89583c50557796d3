from typing import Any

from rest_framework import serializers

from api.examples import exemplified
from api.fields import LARGEST_ID, Clock, Day, Instant, Named, Reference
from api.serializers import ModelSerializer, Serializer
from facilities.api.examples import HERE
from facilities.models import CareType, Facility
from patients.api.examples import OF
from scheduling.api.appointments.examples import TIME
from scheduling.api.appointments.serializers import AsFound, doctors, patients, types
from scheduling.models import Appointment, WaitlistEntry, WorkingHours

ENTRY: dict[str, Any] = {
    "id": 9,
    **OF,
    "care_type_id": 3,
    "care_type_name": "Cardiology",
    "specialization": "",
    "doctor_id": None,
    "doctor_name": None,
    "type_id": None,
    "type_name": None,
    "duration_minutes": 30,
    **HERE,
    "zip_code": "",
    "within_miles": None,
    "weekdays": [1, 3],
    "from_time": None,
    "to_time": "12:00:00",
    "not_before": None,
    "not_after": "2027-06-30",
    "priority": "urgent",
    "note": "",
    "what": "Cardiology",
    "where": HERE["facility_name"],
    "when": "Mon, Wed, before 12:00 PM, until Jun 30",
    "status": "waiting",
    "appointment_id": None,
    "removed_reason": "",
    "created_at": "2027-03-01T16:20:11.120000Z",
    "ended_at": None,
    "version": 1,
}


WISH = {"care_type_id": 3, "weekdays": [1, 3], "priority": "urgent"}


@exemplified(sent={"patient_id": OF["patient_id"]} | WISH, shown=ENTRY)
class EntrySerializer(ModelSerializer):
    """A patient's wish for a visit. What is left empty may be anything."""

    patient_id = Reference(patients, source="patient")
    patient_name = Named(source="patient")
    care_type_id = Reference(
        CareType.objects.visible_to, source="care_type", required=False, allow_null=True
    )
    care_type_name = Named(source="care_type", allow_null=True)
    doctor_id = Reference(doctors, source="doctor", required=False, allow_null=True)
    doctor_name = Named(source="doctor", allow_null=True)
    type_id = Reference(types, source="type", required=False, allow_null=True)
    type_name = Named(source="type", allow_null=True)
    facility_id = Reference(
        Facility.objects.visible_to, source="facility", required=False, allow_null=True
    )
    facility_name = Named(source="facility", allow_null=True)
    weekdays = serializers.ListField(
        child=serializers.ChoiceField(choices=WorkingHours.Weekday.choices), required=False
    )
    from_time = Clock(required=False, allow_null=True)
    to_time = Clock(required=False, allow_null=True)
    not_before = Day(required=False, allow_null=True)
    not_after = Day(required=False, allow_null=True)
    what, where, when = (serializers.CharField(read_only=True) for _ in range(3))
    appointment_id = serializers.IntegerField(read_only=True, allow_null=True)
    created_at = Instant(read_only=True)
    ended_at = Instant(read_only=True, allow_null=True)

    class Meta:
        model = WaitlistEntry
        fields = list(ENTRY)
        read_only_fields = ["status", "removed_reason", "version"]
        validators: list[Any] = []

    def create(self, said: dict[str, Any]) -> WaitlistEntry:
        return WaitlistEntry.objects.add(by=self.context["request"].user, **said)

    def update(self, entry: WaitlistEntry, said: dict[str, Any]) -> WaitlistEntry:
        entry.change(**said)
        return entry


@exemplified(sent=WISH)
class WishSerializer(EntrySerializer):
    """What can be changed of an entry: all but whose it is."""

    patient_id = serializers.IntegerField(read_only=True)


@exemplified(sent={"reason": "Moved away"})
class RemovalSerializer(Serializer):
    reason = serializers.CharField(max_length=200, help_text="Why the patient no longer waits.")


@exemplified(sent={"appointment_id": 42})
class ClosingSerializer(Serializer):
    appointment_id = Reference(
        Appointment.objects.visible_to,
        source="appointment",
        help_text="An appointment of the patient that gives them what they wait for.",
    )


@exemplified(sent=TIME)
class EntryBookingSerializer(AsFound):
    """A time with a doctor, for what the patient waits for.

    An alternative can be sent as it was answered: the type and the length that it names are those
    of the entry, and no others are taken.
    """

    doctor_id = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    facility_id = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    starts_at = Instant()
    ends_at = Instant(required=False, help_text="Of the entry's own length.")
    type_id = serializers.IntegerField(
        min_value=1,
        max_value=LARGEST_ID,
        required=False,
        allow_null=True,
        help_text="The entry's own.",
    )
